using System.CommandLine;
using Distill.Artifacts;
using Distill.Cli.Output;
using Distill.Cli.Planning;
using Distill.Evaluate;
using Distill.Imaging.Splits;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;
using Distill.Report;

namespace Distill.Cli.Commands;

/// <summary>
/// The command <c>distill compare</c>: runs several pipelines with several seeds until their networks are measured, and shows methods ×
/// numbers of labels in one table.
/// </summary>
internal static class CompareCommand
{
    private const string Json = "comparison.json";

    public static Command Create()
    {
        var pipelines = new Argument<string[]>("pipelines")
        {
            Description = "Pipeline files, or names of presets, that differ in their labels.",
            Arity = ArgumentArity.OneOrMore,
        };
        var seeds = NumberOptions.Integers("--seeds", "Seeds to run each pipeline with. Default: the seed of the file.", min: 0);
        var output = new Option<string?>("--output")
        {
            Description = $"Folder for {ComparisonPage.Output}, a page with table and chart, and {Json}.",
        };
        var json = CommonArguments.Json();
        var command = new Command(
            "compare", "Run pipelines until their networks are measured, and show their results side by side. Finished stages are skipped.")
        {
            pipelines, seeds, output, json,
        };
        command.SetAction(parsed => Execute(
            parsed.GetRequiredValue(pipelines), parsed.GetValue(seeds) ?? [], parsed.GetValue(output), parsed.GetValue(json)));
        return command;
    }

    private static int Execute(string[] pipelines, int[] seeds, string? output, bool json)
    {
        // All files are read first, so that a mistake in the last one shows before days of training.
        PipelineOptions[][] runs = [.. pipelines.Select(pipeline => RunsOf(pipeline, seeds))];
        if (runs.SelectMany(each => each).GroupBy(run => run.Name).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            throw new UserException(
                $"found two pipelines of the name \"{twice.Key}\", which would share a folder; give each file a \"name\" of its own");
        }

        if (output is not null)
        {
            // Now, so that a folder that cannot be made shows before days of training.
            Durable.MakeFolder(output);
        }

        // What does not depend on the labels, such as an encoder, is trained once.
        string[] folders = [.. runs.SelectMany(each => each).Select(FolderOf)];
        foreach (var run in runs.SelectMany(each => each))
        {
            var code = RunCommand.Execute(run, json, until: StageNames.Evaluate, otherRuns: folders);
            if (code != ExitCodes.Done)
            {
                return code;
            }
        }

        var comparison = Comparison.Of([.. runs.Zip(pipelines, (each, pipeline) => (ColumnOf(each[0], pipeline), ResultsOf(each)))]);
        if (output is not null)
        {
            Durable.WriteText(Path.Combine(output, Json), comparison.ToJson().ToFileText());
            var page = Path.Combine(output, ComparisonPage.Output);
            Durable.WriteText(page, ComparisonPage.Create(string.Join(", ", comparison.Columns.Select(column => column.Name)), comparison));
            Console.Error.WriteLine($"Written: {page}");
        }

        if (json)
        {
            Console.Out.WriteLine(comparison.ToJson().ToJsonString(JsonFormat.Indented));
        }
        else
        {
            ComparisonTable.Write(comparison);
        }

        return ExitCodes.Done;
    }

    private static PipelineOptions[] RunsOf(string pipeline, int[] seeds) => seeds.Length == 0
        ? [PipelineOptions.Load(pipeline)]
        : [.. seeds.Distinct().Select(seed => PipelineOptions.Load(pipeline, seed))];

    private static ComparedColumn ColumnOf(PipelineOptions options, string pipeline)
    {
        // The name without a seed.
        var name = PipelineOptions.Load(pipeline).Name;
        var train = Session.Open(options, isSilent: true, default).Dataset.Train();
        return new ComparedColumn(name, LabelSplit.Draw(train, options.Labels).Indices.Count);
    }

    private static IReadOnlyList<IReadOnlyList<ResultRow>> ResultsOf(IEnumerable<PipelineOptions> runs) =>
        [.. runs.Select(run => ResultsFile.Read(Path.Combine(FolderOf(run), EvaluateStage.Json)))];

    private static string FolderOf(PipelineOptions run) => Path.Combine("models", run.Name);
}
