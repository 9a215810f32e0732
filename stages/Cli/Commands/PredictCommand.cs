using System.CommandLine;
using System.Text.Json.Nodes;
using Stages.Cli.Output;
using Stages.Cli.Plan;
using Stages.Learning.Training;
using Stages.Pipeline.Options;
using Stages.Publish.Model;
using TorchSharp;

namespace Stages.Cli.Commands;

/// <summary><c>distill predict</c>: classify image files with a published student.</summary>
internal static class PredictCommand
{
    public static Command Create()
    {
        var images = new Argument<string[]>("images") { Description = "PNG, JPEG, WebP, BMP or GIF files.", Arity = ArgumentArity.OneOrMore };
        var model = new Option<string?>("--model") { Description = "A published folder; default: the one that the pipeline publishes." };
        var pipeline = CommonArguments.PipelineOption();
        var json = CommonArguments.Json();
        var command = new Command("predict", "Classify image files with a published student.") { images, model, pipeline, json };
        command.SetAction(parsed =>
        {
            var folder = parsed.GetValue(model) ?? DefaultModel(parsed.GetRequiredValue(pipeline));
            using var published = PublishedModel.Load(folder, new Compute(torch.CPU, Bf16: false));
            return Predict(published, parsed.GetRequiredValue(images), parsed.GetValue(json));
        });
        return command;
    }

    /// <summary>Where the pipeline publishes.</summary>
    public static string DefaultModel(string pipeline)
    {
        var options = PipelineOptions.Load(pipeline);
        return Path.Combine("models", options.Name, "published", options.Publish.Student);
    }

    /// <summary>Classifies every file it can read, and then says by its exit code whether there were others.</summary>
    private static int Predict(PublishedModel model, IReadOnlyList<string> images, bool json)
    {
        var exit = ExitCodes.Done;
        var all = new JsonArray();
        foreach (var path in images)
        {
            try
            {
                var probabilities = model.Probabilities(path);
                var best = Array.IndexOf(probabilities, probabilities.Max());
                var label = model.Config.Labels[best];
                all.Add(new JsonObject { ["image"] = path, ["label"] = label, ["probability"] = probabilities[best] });
                if (!json)
                {
                    Console.Out.WriteLine(FormattableString.Invariant($"{path}: {label} ({100 * probabilities[best]:0.0} %)"));
                }
            }
            catch (UserException e)
            {
                Console.Error.WriteLine(e.Message);
                exit = ExitCodes.WrongInput;
            }
        }

        if (json)
        {
            Console.Out.WriteLine(all.ToJsonString(JsonOutput.Indented));
        }

        return exit;
    }
}
