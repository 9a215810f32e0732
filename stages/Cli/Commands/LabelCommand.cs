using System.CommandLine;
using Distill.Artifacts;
using Distill.Cli.Planning;
using Distill.Distill;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Options;
using Distill.Pipeline.Retries;

namespace Distill.Cli.Commands;

/// <summary>
/// The command <c>distill label</c>: labels a part of the images, so that the tasks of a job array share the work. <c>distill run</c> then
/// finishes the stage.
/// </summary>
internal static class LabelCommand
{
    public static Command Create()
    {
        var pipeline = CommonArguments.Pipeline();
        var seed = CommonArguments.Seed();
        var part = new Option<string?>("--part")
        {
            Description = "Part of the shards to write, such as 0/4 for the first of four. Default: that of the job array's task, or all.",
        };
        var parts = NumberOptions.OptionalInteger(
            "--parts", "Number of parts, if the index of the job array's task is the part to do.", min: 1);
        var round = new Option<string?>("--round")
        {
            Description = "Round whose teacher labels. Default: the first one whose images are not all labeled.",
        };
        var command = new Command("label", "Label a part of the images. Several of these commands can run at the same time.")
        {
            pipeline, seed, part, parts, round,
        };
        command.SetAction(parsed =>
        {
            var work = new ArrayTask(Environment.GetEnvironmentVariable).Part(parsed.GetValue(part), parsed.GetValue(parts));
            var options = PipelineOptions.Load(parsed.GetRequiredValue(pipeline), parsed.GetValue(seed));
            return Execute(options, work, parsed.GetValue(round));
        });
        return command;
    }

    private static int Execute(PipelineOptions options, WorkPart part, string? round)
    {
        using var interruption = new Interruption();
        var session = Session.Open(options, interruption.Token);
        var view = Session.View(json: false);
        using (view as IDisposable)
        {
            if (StageOf(options, round, session.Runner(view)) is not { } stage)
            {
                view.Note($"{options.Name}: all images are labeled already");
                return ExitCodes.Done;
            }

            view.Note($"{options.Name}: {stage}, part {part}, seed {options.Settings.Seed}, {options.Settings.Compute}");
            options.Settings.Compute.Open(new DeviceRetry(TimeProvider.System, view.Note), view.Note, interruption.Token);
            var plan = session.Plan;
            new PartRunner(plan.ModelsFolder, plan.Stages, plan.Externals, view, TimeProvider.System).Run(stage, part, interruption.Token);
        }

        return ExitCodes.Done;
    }

    /// <summary>Returns the stage that labels for a round, or else the first one that is not done; null if all are.</summary>
    /// <exception cref="UserException">No such round stores soft targets.</exception>
    private static string? StageOf(PipelineOptions options, string? round, PipelineRunner runner)
    {
        var stages = options.Rounds
            .Select((given, index) => (given.Name, given.Targets, Stage: StageNames.LabelOf(index)))
            .Concat(options.Rivals.Rounds.Select(taught => (taught.Round.Name, taught.Round.Targets, Stage: taught.Labeling)))
            .Where(given => given.Targets == TargetsKind.Stored)
            .ToArray();
        if (stages.Length == 0)
        {
            throw new UserException($"{options.Name}: no round stores soft targets, so there is nothing to label");
        }

        if (round is not null)
        {
            return stages.FirstOrDefault(given => given.Name == round).Stage ?? throw new UserException(
                $"--round: found \"{round}\", expected one of {string.Join(", ", stages.Select(given => given.Name))}");
        }

        var done = runner.Status().Where(status => status.State == StageState.Done).Select(status => status.Name).ToHashSet();
        return stages.Select(given => given.Stage).FirstOrDefault(stage => !done.Contains(stage));
    }
}
