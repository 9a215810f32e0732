using System.CommandLine;
using System.Text.Json.Nodes;
using Stages.Cli.Output;
using Stages.Cli.Plan;
using Stages.Imaging.Datasets;
using Stages.Imaging.Loading;
using Stages.Pipeline.Options;
using Stages.Publish.Model;
using Stages.Publish.Results;
using TorchSharp;

namespace Stages.Cli.Commands;

/// <summary><c>distill evaluate</c>: measure a published student on a test split.</summary>
internal static class EvaluateCommand
{
    private const int MostMistakes = 5;

    public static Command Create()
    {
        var pipeline = CommonArguments.Pipeline();
        var model = PredictCommand.Model();
        var form = PredictCommand.Form();
        var json = CommonArguments.Json();
        var command = new Command("evaluate", "Measure a published student on the test split of the pipeline's data set.") { pipeline, model, form, json };
        command.SetAction(parsed => Execute(
            parsed.GetRequiredValue(pipeline), parsed.GetValue(model), parsed.GetRequiredValue(form), parsed.GetValue(json)));
        return command;
    }

    private static int Execute(string pipeline, string? model, string form, bool json)
    {
        var session = Session.Open(PipelineOptions.Load(pipeline));
        var compute = session.Options.Settings.Compute.Exact;
        var folder = model ?? PredictCommand.DefaultModel(pipeline);
        using var published = PublishedModel.Load(folder, compute, form);
        var test = session.Dataset.Test();
        if (!test.ClassNames.SequenceEqual(published.Config.Labels) || test.Shape != published.Config.Shape)
        {
            throw new UserException($"{folder}: classifies other classes or another size of image than {test.Name} has");
        }

        using var scope = torch.NewDisposeScope();
        using var bank = ImageBank.Open(test, published.Device, session.Options.Settings.LoaderThreads);
        var measured = Measurement.Of(published.Logits(bank), bank.Labels(Enumerable.Range(0, test.Count)), session.Options.Settings.Seed);
        if (json)
        {
            var report = new JsonObject { ["model"] = folder, ["form"] = form, ["checkpoint"] = published.Sha256, ["dataset"] = test.Name, ["split"] = "test", ["testImages"] = test.Count };
            foreach (var (name, value) in measured.Figures().Concat(measured.Details(test.ClassNames)))
            {
                report[name] = value?.DeepClone();
            }

            Console.Out.WriteLine(report.ToJsonString(JsonOutput.Indented));
        }
        else
        {
            Write(folder, test, measured);
        }

        return ExitCodes.Done;
    }

    private static void Write(string folder, ImageSet test, Measurement measured)
    {
        var (report, intervals) = measured;
        Line($"{folder}: top-1 {report.Top1:0.00} % of {test.Count} test images of {test.Name}");
        Line($"  top-1 in {intervals.Top1.Low:0.00}–{intervals.Top1.High:0.00} % ({Measurement.IntervalProtocol})");
        if (report.Top5 is { } top5)
        {
            Line($"  top-5 {top5:0.00} %");
        }

        Line($"  mean per class {report.MeanPerClass:0.00} %, 11-point mAP {report.MeanAveragePrecision:0.00} %");
        Line($"  expected calibration error {report.CalibrationError:0.0000}, negative log likelihood {report.NegativeLogLikelihood:0.0000}");
        var mistakes =
            from label in Enumerable.Range(0, report.Classes)
            from guess in Enumerable.Range(0, report.Classes)
            where label != guess && report.Confusion[label, guess] > 0
            orderby report.Confusion[label, guess] descending
            select (label, guess);
        foreach (var (label, guess) in mistakes.Take(MostMistakes))
        {
            Line($"  {report.Confusion[label, guess]} of {report.Confusion.Images(label)} {test.ClassNames[label]} taken for {test.ClassNames[guess]}");
        }

        static void Line(FormattableString text) => Console.Out.WriteLine(FormattableString.Invariant(text));
    }
}
