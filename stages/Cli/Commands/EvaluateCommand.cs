using System.CommandLine;
using System.Text.Json.Nodes;
using Distill.Artifacts;
using Distill.Cli.Planning;
using Distill.Evaluate;
using Distill.Imaging.Evaluation.Metrics;
using Distill.Imaging.Loading;
using Distill.Learning.Training;
using Distill.Pipeline.Options;
using Distill.Pipeline.Progress;
using Distill.Pipeline.Storage;
using TorchSharp;

namespace Distill.Cli.Commands;

// N images, K classes.

/// <summary>The command <c>distill evaluate</c>: measures a published student on a test split, or on a folder of labeled images.</summary>
internal static class EvaluateCommand
{
    private const int MistakesShown = 5;

    public static Command Create()
    {
        var pipeline = CommonArguments.Pipeline();
        var model = CommonArguments.Model();
        var format = CommonArguments.Format();
        var data = new Option<string?>("--data")
        {
            Description = "Evaluate on this folder (one subfolder per class) instead of the pipeline's test split.",
        };
        var json = CommonArguments.Json();
        var command = new Command("evaluate", "Evaluate a published student on the pipeline's test split, or on your own labeled images.")
        {
            pipeline, model, format, data, json,
        };
        command.SetAction(parsed =>
        {
            var folder = parsed.GetValue(model) ?? CommonArguments.PublishedFolder(parsed.GetRequiredValue(pipeline));
            var (name, asJson) = (parsed.GetRequiredValue(format), parsed.GetValue(json));
            return parsed.GetValue(data) is { } images
                ? OnFolder(folder, name, images, asJson)
                : OnTestSplit(folder, name, parsed.GetRequiredValue(pipeline), asJson);
        });
        return command;
    }

    private static int OnTestSplit(string folder, string format, string pipeline, bool json)
    {
        var session = Session.Open(PipelineOptions.Load(pipeline));
        session.Options.Settings.Compute.Check();
        using var published = PublishedModel.Load(folder, session.Options.Settings.Compute.InFp32, format);
        var test = session.Dataset.Test();
        if (!test.ClassNames.SequenceEqual(published.Config.Labels) || test.Shape != published.Config.Shape)
        {
            throw new UserException($"{folder}: the model's classes or image size differ from those of {test.Name}");
        }

        using var scope = torch.NewDisposeScope();
        using var bank = ImageBank.Open(test, published.Device, session.Options.Settings.LoaderThreads);
        var measured = Measurement.FromLogits(
            published.Logits(bank), bank.Labels(Enumerable.Range(0, test.Count)), session.Options.Settings.Seed);
        Show(published, folder, format, new EvaluatedImages(test.Name, "test", test.Count), measured, json);
        return ExitCodes.Done;
    }

    /// <summary>Measures all images that it can read. The exit code tells whether it had to leave out others.</summary>
    private static int OnFolder(string folder, string format, string data, bool json)
    {
        using var published = PublishedModel.Load(folder, new Compute(torch.CPU, Bf16: false), format);
        var images = ClassFolders.Images(data, published.Config.Labels, Console.Error.WriteLine);
        using var scope = torch.NewDisposeScope();
        var exit = ExitCodes.Done;
        var (logits_NK, labels_N) = ClassFolders.Logits(published, images, refused =>
        {
            exit = ExitCodes.WrongInput;
            Console.Error.WriteLine(refused);
        }) ?? throw new UserException($"{data}: none of the {images.Count} files is a readable image");
        var measured = Measurement.FromLogits(logits_NK, labels_N, seed: 0);
        Show(published, folder, format, new EvaluatedImages(data, "all", (int)labels_N.shape[0]), measured, json);
        return exit;
    }

    private static void Show(PublishedModel model, string folder, string format, EvaluatedImages images, Measurement measured, bool json)
    {
        if (!json)
        {
            Write(folder, images, model.Config.Labels, measured);
            return;
        }

        var report = new JsonObject
        {
            ["model"] = folder,
            ["format"] = format,
            ["checkpoint"] = model.Sha256,
            ["dataset"] = images.Name,
            ["split"] = images.Split,
            ["testImages"] = images.Count,
            ["temperature"] = model.Config.Temperature,
        };
        foreach (var (name, value) in measured.Figures().Concat(measured.Details(model.Config.Labels)))
        {
            report[name] = value?.DeepClone();
        }

        Console.Out.WriteLine(report.ToJsonString(JsonFormat.Indented));
    }

    private static void Write(string folder, EvaluatedImages images, IReadOnlyList<string> classes, Measurement measured)
    {
        var (report, intervals) = measured;
        var kind = images.Split == "test" ? "test images" : "images";
        Line($"{folder}: top-1 {report.Top1:0.00} % of {images.Count} {kind} of {images.Name}");
        Line($"  top-1 in {intervals.Top1.Low:0.00}–{intervals.Top1.High:0.00} % ({ClassificationIntervals.OfAccuracies})");
        if (report.Top5 is { } top5)
        {
            Line($"  top-5 {top5:0.00} %");
        }

        Line($"  mean per class {report.MeanPerClass:0.00} %, 11-point mAP {report.MeanAveragePrecision:0.00} %");
        var (error, likelihood) = (report.CalibrationError, report.NegativeLogLikelihood);
        Line($"  expected calibration error {error:0.0000}, negative log likelihood {likelihood:0.0000}");
        var mistakes =
            from label in Enumerable.Range(0, report.Classes)
            from guess in Enumerable.Range(0, report.Classes)
            where label != guess && report.Confusion[label, guess] > 0
            orderby report.Confusion[label, guess] descending
            select (label, guess);
        foreach (var (label, guess) in mistakes.Take(MistakesShown))
        {
            var (truth, answer) = (OneLine.Of(classes[label]), OneLine.Of(classes[guess]));
            Line($"  {report.Confusion[label, guess]} of {report.Confusion.Images(label)} {truth} predicted as {answer}");
        }

        static void Line(FormattableString text) => Console.Out.WriteLine(FormattableString.Invariant(text));
    }

    /// <summary>The images that were measured.</summary>
    /// <param name="Name">Name of the dataset, or the folder.</param>
    /// <param name="Split">"test" for a dataset, "all" for a folder.</param>
    /// <param name="Count">Number of images.</param>
    private sealed record EvaluatedImages(string Name, string Split, int Count);
}
