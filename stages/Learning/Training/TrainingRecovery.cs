using System.Text.Json;
using System.Text.Json.Nodes;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Options;

namespace Distill.Learning.Training;

/// <summary>Where a training starts, and where it goes back to after bad steps. Every rank is given the leader's checkpoint.</summary>
/// <param name="context">The running stage.</param>
/// <param name="state">The state to restore.</param>
/// <param name="faults">The faults so far, and the remedies tried.</param>
/// <param name="team">All ranks.</param>
internal sealed class TrainingRecovery(StageContext context, TrainingState state, TrainingFaults faults, TrainingTeam team)
{
    /// <summary>Loads the newest checkpoint.</summary>
    /// <returns>The step to continue with, and the seconds spent before.</returns>
    /// <exception cref="UserException">The disk cannot hold the checkpoints.</exception>
    public (long Step, double Seconds) Resume()
    {
        if (team.Ranks.Leads)
        {
            context.Checkpoints.Preflight(state.Bytes);
        }

        var (step, saved) = Load();
        faults.Restore(saved?["faults"], step);
        return (step, saved?["seconds"]!.GetValue<double>() ?? 0);
    }

    /// <summary>Applies the next remedy after a bad step, and notes it.</summary>
    /// <param name="weightsUnchanged">Whether the step changed nothing.</param>
    /// <param name="step">The bad step, from 0.</param>
    /// <param name="fault">What is bad about it.</param>
    /// <returns>The step to continue with.</returns>
    /// <exception cref="TrainingDivergedException">No remedy is left.</exception>
    public long Recover(bool weightsUnchanged, long step, string fault)
    {
        fault = FormattableString.Invariant($"{fault} at step {step + 1}");
        switch (faults.Next(weightsUnchanged))
        {
            case Recovery.SkipStep:
                context.Progress.Note($"{fault}: step skipped");
                return step + 1;
            case Recovery.ReduceLearningRate:
                context.Progress.Note($"{fault}: step skipped; {ReducedRate()}");
                return step + 1;
            case Recovery.RestoreCheckpoint when Load() is (var restored, { } _):
                faults.CheckpointRestored();
                context.Progress.Note(FormattableString.Invariant($"{fault}: restored the checkpoint of step {restored}; {ReducedRate()}"));
                return restored;
            default:
                // Among steps that were not read, some may have changed the weights.
                team.EndTogetherWith(faults.AnyStepTaken || !weightsUnchanged
                    ? new TrainingDivergedException(step + 1, fault, faults)
                    : Untrainable.NoStepTaken(context.Name, step + 1));
                return step;
        }

        string ReducedRate() => FormattableString.Invariant(
            $"learning rate reduced to {100 * faults.RateFactor} % of the configured value");
    }

    /// <summary>Loads the leader's newest checkpoint on all ranks. Without one, all get the leader's present state.</summary>
    /// <returns>Steps done, and what the checkpoint holds beside its tensors; null without a checkpoint.</returns>
    private (long Step, JsonObject? Saved) Load()
    {
        byte[]? message = null;
        if (team.Ranks.Leads)
        {
            var found = state.Resume(context.Checkpoints);
            context.Metrics.TruncateAfter(found?.Step ?? 0);
            message = JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["step"] = found?.Step ?? 0, ["saved"] = found?.State });
        }

        var shared = JsonNode.Parse(team.Ranks.Broadcast(message))!;
        state.Share(team.Ranks);
        return (shared["step"]!.GetValue<long>(), shared["saved"] as JsonObject);
    }
}
