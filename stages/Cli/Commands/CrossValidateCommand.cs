using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Distill.Cli.Planning;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Retries;
using Distill.Pipeline.Storage;
using Spectre.Console;

namespace Distill.Cli.Commands;

/// <summary>
/// The command <c>distill cross-validate</c>: compares training lengths of the supervised baseline on the labeled images only.
/// It finds the length at which the baseline has converged, so that the comparison with the pipeline is fair.
/// </summary>
internal static class CrossValidateCommand
{
    public static Command Create()
    {
        var pipeline = CommonArguments.Pipeline();
        var seed = CommonArguments.Seed();
        var json = CommonArguments.Json();
        var folds = NumberOptions.Integer("--folds", "Number of folds.", fallback: 5, min: 2);
        var steps = NumberOptions.Integers(
            "--steps", "Training lengths to compare, in steps. Default: 1/4, 1/2, 1 and 2 times supervised.steps.", min: 1);
        var command = new Command(
            "cross-validate",
            "Cross-validate the supervised baseline's training length on the labeled images only. An interrupted run resumes.")
        {
            pipeline, folds, steps, seed, json,
        };
        command.SetAction(parsed => Execute(
            PipelineOptions.Load(parsed.GetRequiredValue(pipeline), parsed.GetValue(seed)),
            parsed.GetValue(folds),
            parsed.GetValue(steps) ?? [],
            parsed.GetValue(json)));
        return command;
    }

    private static int Execute(PipelineOptions options, int folds, int[] steps, bool json)
    {
        using var interruption = new Interruption();
        var session = Session.Open(options);
        var plan = new CrossValidationPlan(options, session.Dataset, folds, steps);
        var view = Session.View(json);
        using (view as IDisposable)
        {
            options.Settings.Compute.Open(new DeviceRetry(TimeProvider.System, view.Note), view.Note, interruption.Token);
            var runner = new PipelineRunner(plan.Folder, plan.Build(), session.Plan.Externals, view, TimeProvider.System)
            {
                Machine = session.Machine,
            };
            runner.Run(interruption.Token);
        }

        Write(plan.Results(), json);
        return ExitCodes.Done;
    }

    private static void Write(IReadOnlyList<CrossValidationRow> rows, bool json)
    {
        if (json)
        {
            Console.Out.WriteLine(new JsonArray([.. rows.Select(row => row.ToJson())]).ToJsonString(JsonFormat.Indented));
            return;
        }

        var table = new Table().Border(TableBorder.Rounded).AddColumns("steps", "top-1 (%)", "95 %", "held-out images");
        foreach (var row in rows)
        {
            table.AddRow(
                row.Steps.ToString("N0", CultureInfo.InvariantCulture),
                row.Top1.ToString("0.0", CultureInfo.InvariantCulture),
                FormattableString.Invariant($"{row.Interval.Low:0.0}–{row.Interval.High:0.0}"),
                row.HeldOut.ToString(CultureInfo.InvariantCulture));
        }

        AnsiConsole.Write(table);
    }
}
