using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;

namespace Distill.Pipeline.Execution;

/// <summary>Compares a stage with its entry in the run manifest and with the disk, and states its status and the reasons.</summary>
/// <param name="modelsFolder">Folder that holds the folders of all stages.</param>
/// <param name="thorough">Whether to hash outputs; otherwise only their sizes are compared.</param>
internal sealed class StageAssessor(string modelsFolder, bool thorough)
{
    /// <summary>Determines the status of one stage.</summary>
    /// <param name="stage">Stage as the plan defines it now.</param>
    /// <param name="entry">Its entry in the manifest; null if it never started.</param>
    /// <param name="inputs">Its current inputs.</param>
    public StageStatus Assess(StageDefinition stage, LockEntry? entry, StageInputs inputs)
    {
        var key = inputs.WaitsFor.Count == 0 ? StageKey.Compute(stage.Name, stage.Version, stage.Options, inputs.Hashes) : null;
        var waits = inputs.WaitsFor.Select(name => $"waits for {name}").ToList();
        var step = key is null ? null : CheckpointStore.PeekStep(Path.Combine(modelsFolder, stage.Name), key);
        if (entry is null)
        {
            return new StageStatus(stage.Name, StageState.ToDo, waits, step, 0);
        }

        List<string> changes = [.. Changes(stage, entry, inputs)];
        if (entry.State == LockedState.Done)
        {
            changes.AddRange(entry.Outputs
                .Select(output => (Name: output.Key, Change: output.Value.FindChange(thorough)))
                .Where(output => output.Change is not null)
                .Select(output => $"output {output.Name} {output.Change}"));
        }

        var state = (changes.Count + waits.Count, entry.State) switch
        {
            (0, LockedState.Done) => StageState.Done,
            (_, LockedState.Running) when changes.Count == 0 => StageState.Interrupted,
            _ => StageState.Stale,
        };
        return new StageStatus(stage.Name, state, [.. changes, .. waits], step, entry.Seconds);
    }

    private static IEnumerable<string> Changes(StageDefinition stage, LockEntry entry, StageInputs inputs)
    {
        var unknown = stage.Inputs.Select(artifact => artifact.ToString())
            .Where(artifact => !inputs.Hashes.ContainsKey(artifact))
            .ToHashSet();
        var version = stage.Version == entry.Version
            ? Enumerable.Empty<string>()
            : [$"the stage's version changed from {entry.Version} to {stage.Version}"];
        return version
            .Concat(Differences.BetweenOptions(entry.Options, CanonicalJson.Of(stage.Options)))
            .Concat(Differences.BetweenInputs(entry, inputs, unknown))
            .Distinct();
    }
}
