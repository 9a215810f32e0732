using System.CommandLine;
using System.Text.Json.Nodes;
using Stages.Cli.Output;
using Stages.Cli.Plan;
using Stages.Imaging.Evaluation;
using Stages.Imaging.Loading;
using Stages.Pipeline.Options;
using Stages.Publish.Model;

namespace Stages.Cli.Commands;

/// <summary><c>distill evaluate</c>: measure a published student on a test split.</summary>
internal static class EvaluateCommand
{
    public static Command Create()
    {
        var pipeline = CommonArguments.Pipeline();
        var model = new Option<string?>("--model") { Description = "A published folder; default: the one that the pipeline publishes." };
        var json = CommonArguments.Json();
        var command = new Command("evaluate", "Measure a published student on the test split of the pipeline's data set.") { pipeline, model, json };
        command.SetAction(parsed => Execute(
            parsed.GetRequiredValue(pipeline), parsed.GetValue(model), parsed.GetValue(json)));
        return command;
    }

    private static int Execute(string pipeline, string? model, bool json)
    {
        var session = Session.Open(PipelineOptions.Load(pipeline));
        var compute = session.Options.Settings.Compute.Exact;
        var folder = model ?? PredictCommand.DefaultModel(pipeline);
        using var published = PublishedModel.Load(folder, compute);
        var test = session.Dataset.Test();
        if (!test.ClassNames.SequenceEqual(published.Config.Labels) || test.Shape != published.Config.Shape)
        {
            throw new UserException($"{folder}: classifies other classes or another size of image than {test.Name} has");
        }

        using var bank = ImageBank.Open(test, compute.Device);
        var top1 = Math.Round(Accuracy.Top1(published.Network, bank, compute), 2);
        Console.Out.WriteLine(json
            ? new JsonObject { ["model"] = folder, ["dataset"] = test.Name, ["testImages"] = test.Count, ["top1"] = top1 }.ToJsonString(JsonOutput.Indented)
            : FormattableString.Invariant($"{folder}: top-1 {top1:0.00} % of {test.Count} test images of {test.Name}"));
        return ExitCodes.Done;
    }
}
