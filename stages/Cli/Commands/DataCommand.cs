using System.CommandLine;
using System.Text.Json.Nodes;
using Distill.Cli.Output;
using Distill.Cli.Planning;
using Distill.Datasets;
using Distill.Datasets.Downloads;
using Distill.Datasets.Options;
using Distill.Imaging.Splits;

namespace Distill.Cli.Commands;

/// <summary><c>distill data</c>: fetch the data set, check its images, write a label split, draw a contact sheet of views.</summary>
internal static class DataCommand
{
    public static Command Create() =>
        new("data", "Download datasets, check images, write label splits, draw augmented views.") { Fetch(), CheckCommand.Create(), Split(), ViewsCommand.Create() };

    private static Command Fetch()
    {
        var pipeline = CommonArguments.Pipeline();
        var json = CommonArguments.Json();
        var command = new Command("fetch", "Download the pipeline's dataset and verify its SHA-256 checksums.") { pipeline, json };
        command.SetAction(parsed =>
        {
            var options = PipelineOptions.Load(parsed.GetRequiredValue(pipeline));
            var log = parsed.GetValue(json) ? Console.Error : Console.Out;
            if (options.Dataset.Kind == DatasetKind.FashionMnist)
            {
                using var interruption = new Interruption();
                new FashionMnistSource()
                    .FetchAsync(options.Dataset.Folder, log.WriteLine, interruption.Token).GetAwaiter().GetResult();
            }
            else
            {
                // Nothing to fetch: that it opens is all there is to check.
                DatasetCatalog.Open(options.Dataset, Console.Error.WriteLine);
                log.WriteLine($"{options.Dataset.Folder}: already complete");
            }

            if (parsed.GetValue(json))
            {
                Console.Out.WriteLine(new JsonObject { ["folder"] = options.Dataset.Folder, ["complete"] = true }.ToJsonString(JsonOutput.Indented));
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
        var command = new Command("split", "Write the list of labeled training images to a file.") { pipeline, seed, output, json };
        command.SetAction(parsed =>
        {
            var session = Session.Open(PipelineOptions.Load(parsed.GetRequiredValue(pipeline), parsed.GetValue(seed)));
            var train = session.Dataset.Train();
            var split = LabelSplit.Draw(train, session.Options.Labels);
            var rule = session.Options.Labels.Rule.Replace(' ', '-');
            var path = parsed.GetValue(output)
                ?? Path.Combine("data", "splits", FormattableString.Invariant($"{train.Name}-{rule}-seed-{session.Options.Labels.Seed}.txt"));
            split.Write(path);
            Console.Out.WriteLine(parsed.GetValue(json)
                ? new JsonObject { ["path"] = path, ["labels"] = split.Indices.Count, ["rule"] = split.Rule }.ToJsonString(JsonOutput.Indented)
                : $"{path}: {split.Indices.Count} labeled images ({split.Rule})");
            return ExitCodes.Done;
        });
        return command;
    }
}
