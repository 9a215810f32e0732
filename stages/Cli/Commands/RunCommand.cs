using System.CommandLine;
using System.Globalization;
using Distill.Artifacts;
using Distill.Cli.Capacity;
using Distill.Cli.Checks;
using Distill.Cli.Output;
using Distill.Cli.Planning;
using Distill.Evaluate;
using Distill.Learning.Ranks;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Options;
using Distill.Pipeline.Progress;
using Distill.Pipeline.Retries;

namespace Distill.Cli.Commands;

/// <summary>The command <c>distill run</c>: runs all stages of a pipeline that are not up to date.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var pipeline = CommonArguments.Pipeline();
        var seed = CommonArguments.Seed();
        var json = CommonArguments.Json();
        var from = new Option<string?>("--from")
        {
            Description = "Rerun this stage and everything after it. Existing outputs are moved aside, not deleted.",
        };
        var until = new Option<string?>("--until") { Description = "Last stage to run. Default: all." };
        var force = new Option<bool>("--force") { Description = "Rerun every stage." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Show what would run and why, without running it." };
        var command = new Command("run", "Run all stages that are not up to date. An interrupted run resumes.")
        {
            pipeline, seed, json, from, until, force, dryRun,
        };
        command.SetAction(parsed =>
        {
            IRanks ranks;
            try
            {
                ranks = RankLauncher.Join();
            }
            catch (UserException) when (RankLauncher.IsShownByAnother)
            {
                return ExitCodes.WrongInput;
            }

            var code = ExitCodes.Guard(() => ranks.Leads ? Lead(parsed, ranks) : HelpingRank.Run(ranks, () => Load(parsed, ranks)));
            ranks.Leave(code);
            return code;
        });
        return command;

        PipelineOptions Load(ParseResult parsed, IRanks ranks) =>
            RankedOptions.For(PipelineOptions.Load(parsed.GetRequiredValue(pipeline), parsed.GetValue(seed)), ranks);

        int Lead(ParseResult parsed, IRanks ranks)
        {
            if (parsed.GetValue(from) is not null && parsed.GetValue(force))
            {
                throw new UserException(
                    "found both --from and --force, expected one of them: "
                    + "--from reruns a stage and everything after it, --force reruns every stage");
            }

            if (parsed.GetValue(dryRun) && parsed.GetValue(json))
            {
                throw new UserException(
                    "found both --dry-run and --json, expected one of them: distill status --json reports the status of each stage");
            }

            var options = Load(parsed, ranks);
            var everything = options.UsesEncoders ? StageNames.Classify
                : options.ImportsTeacher ? StageNames.FineTune
                : StageNames.Pretrain;
            var first = parsed.GetValue(force) ? everything : parsed.GetValue(from);
            return parsed.GetValue(dryRun)
                ? ShowPlan(options, first)
                : Execute(options, parsed.GetValue(json), first, parsed.GetValue(until));
        }
    }

    /// <summary>Runs a pipeline and shows its results.</summary>
    /// <param name="options">The pipeline.</param>
    /// <param name="json">Whether results are printed as JSON.</param>
    /// <param name="from">The first stage that runs again even if it is up to date; null for none.</param>
    /// <param name="until">The last stage to run; null for all.</param>
    /// <param name="otherRuns">Folders of runs whose finished stages are copied where they would come out the same.</param>
    public static int Execute(
        PipelineOptions options, bool json, string? from = null, string? until = null, IReadOnlyList<string>? otherRuns = null)
    {
        using var interruption = new Interruption();
        var session = Session.Open(options, interruption.Token);
        if (options.Settings.Ranks is { Count: > 1 } ranks)
        {
            ranks.Broadcast(HelpingRank.Greeting(ranks));
        }

        var view = Session.View(json, plain: options.Settings.Ranks.Count > 1);
        using (view as IDisposable)
        {
            var runner = session.Runner(view, otherRuns);
            var again = runner.From(from);
            _ = until is null ? 0 : runner.IndexOf(until, "--until");
            view.Note($"{options.Name}: seed {options.Settings.Seed}, {options.Settings.Compute}, {options.Labels.Rule}");
            var check = DataCheck.Run(options, session.Dataset);
            foreach (var warning in check.Warnings)
            {
                view.Note($"warning: {warning}");
            }

            check.ThrowIfErrors();
            options.Settings.Compute.Open(new DeviceRetry(TimeProvider.System, view.Note), view.Note, interruption.Token);
            CapacityCheck.Run(options, session.Dataset, () => Untried(runner, again), view.Note, interruption.Token);
            runner.Run(interruption.Token, from, until);
            if (until is not null)
            {
                view.Note($"{options.Name}: done until {until}");
                return ExitCodes.Done;
            }
        }

        var results = Path.Combine(session.Plan.ModelsFolder, EvaluateStage.Json);
        if (json)
        {
            Console.Out.Write(File.ReadAllText(results));
        }
        else
        {
            ResultsTable.Write(ResultsFile.Read(results));
            Console.Out.WriteLine($"Published: {Path.Combine(session.Plan.ModelsFolder, "published", options.Publish.Student)}");
        }

        return ExitCodes.Done;
    }

    /// <summary>Returns the stages that will run, without those that resume: they have shown that a step fits.</summary>
    private static string[] Untried(PipelineRunner runner, IReadOnlyList<string> again) =>
    [
        .. runner.Status()
            .Where(stage => stage is { State: not StageState.Done, CheckpointStep: null })
            .Select(stage => stage.Name)
            .Union(again),
    ];

    private static int ShowPlan(PipelineOptions options, string? from)
    {
        var runner = Session.Open(options).Runner(new PlainProgressView(Console.Error, TimeProvider.System, TimeSpan.Zero));
        var again = runner.From(from);
        foreach (var stage in runner.Status())
        {
            Console.Out.WriteLine(stage switch
            {
                _ when again.Contains(stage.Name) => $"{stage.Name}: would run again, as requested",
                { State: StageState.Done } => $"{stage.Name}: done",
                { CheckpointStep: { } step } => string.Create(
                    CultureInfo.InvariantCulture, $"{stage.Name}: would resume from step {step}{Reasons(stage)}"),
                _ => $"{stage.Name}: would run{Reasons(stage)}",
            });
        }

        return ExitCodes.Done;
    }

    private static string Reasons(StageStatus stage) => stage.Reasons.Count == 0 ? "" : $" ({string.Join("; ", stage.Reasons)})";
}
