using System.CommandLine;
using System.Text.Json.Nodes;
using Distill.Cli.Planning;
using Distill.Datasets;
using Distill.Datasets.Downloads;
using Distill.Datasets.Options;
using Distill.Encoders.Downloads;
using Distill.Imaging.Splits;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;

namespace Distill.Cli.Commands;

/// <summary>The command <c>distill data</c>: datasets, their images and label splits, and what augmentations make of them.</summary>
internal static class DataCommand
{
    public static Command Create() =>
        new("data", "Download datasets, check images, write label splits, draw views, compare augmentations.")
        {
            Fetch(), CheckCommand.Create(), Split(), ViewsCommand.Create(), GridCommand.Create(),
        };

    private static Command Fetch()
    {
        var pipeline = CommonArguments.Pipeline();
        var json = CommonArguments.Json();
        var command = new Command("fetch", "Download the pipeline's dataset and encoder, and verify their SHA-256 checksums.")
        {
            pipeline, json,
        };
        command.SetAction(parsed =>
        {
            var options = PipelineOptions.Load(parsed.GetRequiredValue(pipeline));
            var log = parsed.GetValue(json) ? Console.Error : Console.Out;
            using var interruption = new Interruption();
            var download = new EncoderDownload(new SystemCommands(), log.WriteLine);
            foreach (var encoder in options.Encoders)
            {
                download.FetchAsync(encoder, interruption.Token).GetAwaiter().GetResult();
            }

            var report = new JsonObject { ["folder"] = options.Dataset.Folder };
            if (options.Dataset.Kind == DatasetKind.FashionMnist)
            {
                new FashionMnistSource()
                    .FetchAsync(options.Dataset.Folder, log.WriteLine, interruption.Token).GetAwaiter().GetResult();
                report["complete"] = true;
            }
            else
            {
                // Opening the dataset finds missing files, but reads no image.
                DatasetCatalog.Open(options.Dataset, Console.Error.WriteLine);
                log.WriteLine($"{options.Dataset.Folder}: nothing to download; `data check` checks the images");
            }

            if (parsed.GetValue(json))
            {
                Console.Out.WriteLine(report.ToJsonString(JsonFormat.Indented));
            }

            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Split()
    {
        var pipeline = CommonArguments.Pipeline();
        var seed = CommonArguments.Seed();
        var json = CommonArguments.Json();
        var output = new Option<string?>("--output") { Description = "File to write. Default: data/splits/DATASET-RULE-seed-N.txt." };
        var force = new Option<bool>("--force") { Description = "Replace the file if it has other content." };
        var command = new Command("split", "Write the list of labeled training images to a file.")
        {
            pipeline, seed, output, force, json,
        };
        command.SetAction(parsed =>
        {
            var session = Session.Open(PipelineOptions.Load(parsed.GetRequiredValue(pipeline), parsed.GetValue(seed)));
            var labels = session.Options.Labels;
            var train = session.Dataset.Train();
            var split = LabelSplit.Draw(train, labels);
            var name = FormattableString.Invariant($"{train.Name}-{labels.Rule.Replace(' ', '-')}-seed-{labels.Seed}.txt");
            var path = parsed.GetValue(output) ?? Path.Combine("data", "splits", name);
            if (!parsed.GetValue(force) && File.Exists(path) && !split.IsIn(path))
            {
                throw new UserException(
                    $"{path}: this file exists and has other content; give another --output, or --force to replace it");
            }

            split.Write(path);
            var report = new JsonObject { ["path"] = path, ["labels"] = split.Indices.Count, ["rule"] = split.Rule };
            Console.Out.WriteLine(parsed.GetValue(json)
                ? report.ToJsonString(JsonFormat.Indented)
                : $"{path}: {split.Indices.Count} labeled images ({split.Rule})");
            return ExitCodes.Done;
        });
        return command;
    }
}
