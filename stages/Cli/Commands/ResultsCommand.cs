using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Distill.Artifacts;
using Distill.Evaluate;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;
using Spectre.Console;

namespace Distill.Cli.Commands;

/// <summary>The command <c>distill results</c>: shows the results of several runs as mean and standard deviation.</summary>
internal static class ResultsCommand
{
    public static Command Create()
    {
        var folders = new Argument<string[]>("runs")
        {
            Description = "Folders of completed runs, such as models/fashion-mnist.",
            Arity = ArgumentArity.OneOrMore,
        };
        var json = CommonArguments.Json();
        var command = new Command("results", "Show the mean and sample standard deviation of several runs' results.") { folders, json };
        command.SetAction(parsed =>
        {
            var summary = Summary.FromRuns([.. parsed.GetRequiredValue(folders).Select(Read)]);
            if (parsed.GetValue(json))
            {
                Console.Out.WriteLine(new JsonArray([.. summary.Select(row => row.ToJson())]).ToJsonString(JsonFormat.Indented));
            }
            else
            {
                Write(summary);
            }

            return ExitCodes.Done;
        });
        return command;
    }

    private static IReadOnlyList<ResultRow> Read(string folder)
    {
        var path = Path.Combine(folder, EvaluateStage.Json);
        return File.Exists(path)
            ? ResultsFile.Read(path)
            : throw new UserException($"{path}: this file does not exist; check that the run is complete");
    }

    private static void Write(IReadOnlyList<Summary> summary)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("network", "top-1 (%)", "seeds", "over supervised");
        foreach (var row in summary)
        {
            table.AddRow(
                row.Name,
                FormattableString.Invariant($"{row.Mean:0.00}") + (row.Deviation is { } deviation
                    ? FormattableString.Invariant($" ± {deviation:0.00}")
                    : ""),
                string.Join(", ", row.Seeds),
                row.Gain is { } gain ? string.Create(CultureInfo.InvariantCulture, $"{gain:+0.00;−0.00}") : "");
        }

        AnsiConsole.Write(table);
    }
}
