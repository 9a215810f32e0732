using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Distill.Artifacts;
using Distill.Cli.Planning;
using Distill.Pipeline.Progress;
using Distill.Pipeline.Storage;
using Distill.Report;
using Spectre.Console;

namespace Distill.Cli.Commands;

/// <summary>The command <c>distill data grid</c>: compares pairs of augmentations by short pretrainings, and draws a heat map.</summary>
internal static class GridCommand
{
    private const string Json = "grid.json";

    public static Command Create()
    {
        var pipeline = CommonArguments.Pipeline();
        var operations = new Option<string[]>("--operations")
        {
            Description = $"Operations to compare. Default: {string.Join(' ', AugmentationGrid.Usual)}.",
            AllowMultipleArgumentsPerToken = true,
        };
        var steps = NumberOptions.OptionalInteger("--steps", "Steps of each pretraining. Default: those of the pipeline.", min: 1);
        var json = CommonArguments.Json();
        var command = new Command(
            "grid",
            "Compare pairs of augmentations: a pretraining and a linear probe for each, drawn as a heat map. An interrupted run resumes.")
        {
            pipeline, operations, steps, json,
        };
        command.SetAction(parsed => Execute(
            AugmentationGrid.Create(
                parsed.GetRequiredValue(pipeline),
                parsed.GetValue(operations) is { Length: > 0 } names ? names : AugmentationGrid.Usual,
                parsed.GetValue(steps)),
            parsed.GetValue(json)));
        return command;
    }

    private static int Execute(AugmentationGrid grid, bool json)
    {
        var top1 = new double?[grid.Operations.Count, grid.Operations.Count];
        var longest = TimeSpan.Zero;
        for (var number = 0; number < grid.Cells.Count; number++)
        {
            var cell = grid.Cells[number];
            // Cells that were done before take no time, so the longest one tells best what a cell takes.
            var left = longest > TimeSpan.Zero ? $", about {Wording.Duration(longest * (grid.Cells.Count - number))} left" : "";
            Console.Error.WriteLine($"Cell {number + 1} of {grid.Cells.Count}{left}: {cell.Options.Name}");
            var start = Stopwatch.GetTimestamp();
            var code = RunCommand.Execute(cell.Options, json, until: StageNames.Probe);
            if (code != ExitCodes.Done)
            {
                return code;
            }

            var time = Stopwatch.GetElapsedTime(start);
            longest = time > longest ? time : longest;
            top1[cell.First, cell.Second] = cell.Top1();
            // After each cell, so that there is something to look at before all are done.
            Write(grid, top1);
        }

        Console.Error.WriteLine($"Written: {Path.Combine(grid.Folder, AugmentationPage.Output)}");
        if (json)
        {
            Console.Out.WriteLine(ToJson(grid, top1).ToJsonString(JsonFormat.Indented));
        }
        else
        {
            Show(grid, top1);
        }

        return ExitCodes.Done;
    }

    private static void Write(AugmentationGrid grid, double?[,] top1)
    {
        Durable.WriteText(Path.Combine(grid.Folder, Json), ToJson(grid, top1).ToFileText());
        Durable.WriteText(Path.Combine(grid.Folder, AugmentationPage.Output), AugmentationPage.Create(grid.Name, grid.Operations, top1));
    }

    private static JsonObject ToJson(AugmentationGrid grid, double?[,] top1) => new()
    {
        ["operations"] = new JsonArray([.. grid.Operations.Select(name => JsonValue.Create(name))]),
        ["heldOutTop1"] = new JsonArray([.. grid.Operations.Select((_, first) =>
            new JsonArray([.. grid.Operations.Select((_, second) => top1[first, second] is { } value ? JsonValue.Create(value) : null)]))]),
    };

    private static void Show(AugmentationGrid grid, double?[,] top1)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("linear probe, top-1 %");
        foreach (var name in grid.Operations)
        {
            table.AddColumn(new TableColumn(name).RightAligned());
        }

        for (var first = 0; first < grid.Operations.Count; first++)
        {
            table.AddRow(
            [
                grid.Operations[first],
                .. grid.Operations.Select((_, second) => FormattableString.Invariant($"{top1[first, second]:0.0}")),
            ]);
        }

        AnsiConsole.Write(table);
    }
}
