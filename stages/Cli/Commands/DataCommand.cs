using System.CommandLine;
using Stages.Cli.Plan;
using Stages.Imaging.Datasets;
using Stages.Imaging.Splits;

namespace Stages.Cli.Commands;

/// <summary><c>distill data</c>: fetch the data set, write a label split, draw a contact sheet of views.</summary>
internal static class DataCommand
{
    public static Command Create() => new("data", "Fetch data, write label splits, look at views.") { Fetch(), Split(), ViewsCommand.Create() };

    private static Command Fetch()
    {
        var pipeline = CommonArguments.Pipeline();
        var command = new Command("fetch", "Bring the pipeline's data set to its folder, checked by SHA-256.") { pipeline };
        command.SetAction(parsed =>
        {
            var options = PipelineOptions.Load(parsed.GetRequiredValue(pipeline));
            if (options.Dataset.Kind == DatasetKind.FashionMnist)
            {
                using var interruption = new Interruption();
                new FashionMnistSource()
                    .FetchAsync(options.Dataset.Folder, Console.Out.WriteLine, interruption.Token).GetAwaiter().GetResult();
            }
            else
            {
                // Nothing to fetch: that it opens is all there is to check.
                DatasetCatalog.Open(options.Dataset, Console.Error.WriteLine);
                Console.Out.WriteLine($"{options.Dataset.Folder}: here already");
            }

            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Split()
    {
        var pipeline = CommonArguments.Pipeline();
        var seed = CommonArguments.Seed();
        var output = new Option<string?>("--output") { Description = "The file to write; default data/splits/DATASET-RULE-seed-N.txt." };
        var command = new Command("split", "Write the list of labelled images that the pipeline draws.") { pipeline, seed, output };
        command.SetAction(parsed =>
        {
            var session = Session.Open(PipelineOptions.Load(parsed.GetRequiredValue(pipeline), parsed.GetValue(seed)));
            var train = session.Dataset.Train();
            var split = LabelSplit.Draw(train, session.Options.Labels);
            var rule = session.Options.Labels.Rule.Replace(' ', '-');
            var path = parsed.GetValue(output)
                ?? Path.Combine("data", "splits", FormattableString.Invariant($"{train.Name}-{rule}-seed-{session.Options.Labels.Seed}.txt"));
            split.Write(path);
            Console.Out.WriteLine($"{path}: {split.Indices.Count} labelled images ({split.Rule})");
            return ExitCodes.Done;
        });
        return command;
    }
}
