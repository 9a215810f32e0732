using System.CommandLine;
using System.Globalization;
using Distill.Cli.Drafting;
using Distill.Cli.Output;
using Distill.Datasets;
using Distill.Datasets.Downloads;
using Distill.Datasets.Options;
using Distill.Encoders.Downloads;
using Distill.Encoders.Options;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;
using Spectre.Console;
using TorchSharp;

namespace Distill.Cli.Commands;

/// <summary>
/// The command <c>distill init</c>: looks at a folder of images and at this machine, and writes a pipeline that suits both.
/// </summary>
internal static class InitCommand
{
    private const double MostMinutes = 100_000;

    public static Command Create()
    {
        var folder = new Argument<string>("folder")
        {
            Description = "Folder with CLASS/, or with train/CLASS/, test/CLASS/ and unlabeled/.",
        };
        var minutes = NumberOptions.Positive("--minutes", "Time that the whole run may take on this machine.", 30, MostMinutes);
        var encoder = new Option<string?>("--encoder")
        {
            Description = "ONNX model of a pretrained encoder to use as the teacher, or imagenet-resnet18. "
                + "Default: pretrain on these images.",
        };
        var perClass = NumberOptions.OptionalInteger("--per-class", "Labels per class to use. Default: all.", 1);
        var device = new Option<string>("--device") { Description = "cpu, cuda or auto.", DefaultValueFactory = _ => "auto" };
        device.AcceptOnlyFromAmong("auto", "cpu", "cuda");
        var output = new Option<string?>("--output") { Description = "File to write; it names the run, too. Default: the folder's name." };
        var force = new Option<bool>("--force") { Description = "Replace the file if it exists." };
        var command = new Command("init", "Look at a folder of images, time a few steps, and write a pipeline file that fits.")
        {
            folder, minutes, encoder, perClass, device, output, force,
        };
        command.SetAction(parsed =>
        {
            var path = Path.TrimEndingDirectorySeparator(parsed.GetRequiredValue(folder));
            var layout = FolderLayout.Of(path);
            var file = parsed.GetValue(output) ?? DefaultName(path, layout) + ".json";
            var given = parsed.GetRequiredValue(device);
            var options = new DraftOptions(
                path, NameOf(Path.GetFileNameWithoutExtension(file)), parsed.GetValue(minutes), parsed.GetValue(encoder),
                parsed.GetValue(perClass), given)
            {
                Layout = layout,
                OnGpu = given == "cuda" || (given == "auto" && torch.cuda.is_available()),
            };
            return Execute(options, file, parsed.GetValue(force));
        });
        return command;
    }

    private static int Execute(DraftOptions options, string output, bool force)
    {
        CheckOutput(output, options.Name, force);
        CheckEncoder(options.Encoder);
        using var interruption = new Interruption("Stopping.");
        try
        {
            WritePipeline(options, output, interruption.Token);
            return ExitCodes.Done;
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Interrupted;
        }
    }

    private static void WritePipeline(DraftOptions options, string output, CancellationToken cancellation)
    {
        var said = new HashSet<string>();
        var facts = DataFacts.Of(Open(options.Layout.Options(options.Folder)), options.PerClass);
        Console.Out.WriteLine(FormattableString.Invariant(
            $"{facts.Images:N0} training images, {facts.Labeled:N0} with one of {facts.LabelCounts.Count} classes ")
            + FormattableString.Invariant($"({facts.LabelCounts.Min():N0} to {facts.LabelCounts.Max():N0} each), ")
            + FormattableString.Invariant($"{facts.TestImages:N0} test images")
            + (options.Layout.TestFraction is null ? "; " : ", held out from them; ")
            + FormattableString.Invariant($"median shorter side {facts.ShorterSide} px{(facts.Gray ? ", gray" : "")}."));

        var draft = new Draft(options, facts);
        var pipeline = draft.Read(new DraftSteps(1, 1, 1, 1, 1));
        var download = new EncoderDownload(new SystemCommands(), Console.Out.WriteLine);
        foreach (var encoder in pipeline.Encoders)
        {
            download.FetchAsync(encoder, cancellation).GetAwaiter().GetResult();
        }

        Console.Out.WriteLine("Timing a few steps of each stage:");
        var timed = draft.FitsInCache(pipeline.Dataset) ? pipeline.Dataset : pipeline.Dataset with { CacheMiB = 0 };
        var rates = RateMeasurement.Run(draft, facts, Open(timed), Console.Out.WriteLine, cancellation);
        var budget = new Budget(options, facts, rates);
        var steps = budget.Plan() ?? throw new UserException(FormattableString.Invariant(
            $"--minutes: found {options.Minutes:0.#}, expected at least {Math.Ceiling(1.05 * budget.FewestMinutes)} on this machine, ")
            + FormattableString.Invariant($"to label {facts.Images:N0} images and train"));

        Durable.WriteText(output, ReadableJson.Write(draft.ToJson(steps)));
        Write(budget.Times(steps), options);
        Console.Out.WriteLine($"Wrote {output}. Next: `distill data check {output}`, then `make distill PIPELINE={output}`.");

        // The images are listed twice, but a message about them is written once.
        IDataset Open(DatasetOptions dataset) => DatasetCatalog.Open(dataset, message =>
        {
            if (said.Add(message))
            {
                Console.Error.WriteLine(message);
            }
        }, cancellation: cancellation);
    }

    private static void CheckOutput(string output, string name, bool force)
    {
        if (Directory.Exists(output))
        {
            throw new UserException($"--output: found the folder {output}, expected a file");
        }

        if (File.Exists(output) && !force)
        {
            throw new UserException($"{output}: this file exists; give another --output, or --force to replace it");
        }

        var run = Path.Combine("models", name);
        if (Directory.Exists(run) && !force)
        {
            throw new UserException($"{run}: a run of this name exists; give another --output, or --force to use the name again");
        }

        try
        {
            // Nobody should wait for a measurement that cannot be written.
            var folder = Path.GetDirectoryName(Path.GetFullPath(output))!;
            using var probe = new FileStream(
                Path.Combine(folder, Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1,
                FileOptions.DeleteOnClose);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{output}: cannot be written: {ReadFailure.Reason(error)}");
        }
    }

    private static void CheckEncoder(string? encoder)
    {
        if (encoder is not null && !KnownEncoder.All.ContainsKey(encoder) && !File.Exists(encoder))
        {
            throw new UserException(
                $"--encoder: found {encoder}, expected the path of an ONNX model, or {string.Join(" or ", KnownEncoder.All.Keys)}");
        }
    }

    private static void Write(IReadOnlyList<(string Stage, double Seconds)> times, DraftOptions options)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("stage")
            .AddColumn(new TableColumn("expected time").RightAligned());
        foreach (var (stage, seconds) in times)
        {
            table.AddRow(stage, Minutes(seconds));
        }

        AnsiConsole.Write(table);
        Console.Out.WriteLine($"Expected in all: {Minutes(times.Sum(time => time.Seconds))} of {Minutes(60 * options.Minutes)}, "
            + "and a few minutes for evaluation and export.");
    }

    private static string Minutes(double seconds) =>
        string.Create(CultureInfo.InvariantCulture, $"{(int)seconds / 60} min {(int)seconds % 60:00} s");

    /// <summary>
    /// Returns the name of a folder, or another one if the run would write its own files, which are in data/NAME, among the images.
    /// </summary>
    private static string DefaultName(string folder, FolderLayout layout)
    {
        var name = NameOf(Path.GetFullPath(folder));
        var ownFiles = Path.GetFullPath(Path.Combine("data", name));
        return layout.Train is not null && Path.GetFullPath(folder) == ownFiles ? name + "-model" : name;
    }

    /// <summary>Makes a valid name of the last part of a path.</summary>
    private static string NameOf(string path)
    {
        var valid = string.Concat(Path.GetFileName(path).Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-'))
            .Trim('-', '.');
        return valid.Length == 0 || valid is "pipeline" or "zoo" ? "images" : valid;
    }
}
