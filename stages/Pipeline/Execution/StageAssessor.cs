using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;

namespace Distill.Pipeline.Execution;

/// <summary>Compares a stage with its lock entry and the disk, and says where it stands and exactly why.</summary>
/// <param name="modelsFolder">The folder of the stages' folders.</param>
/// <param name="thorough">Whether outputs are hashed; otherwise only their lengths are compared.</param>
internal sealed class StageAssessor(string modelsFolder, bool thorough)
{
    public StageStatus Assess(StageDefinition stage, LockEntry? entry, StageInputs inputs)
    {
        var key = inputs.WaitsFor.Count == 0 ? StageKey.Of(stage.Name, stage.Version, stage.Options, inputs.Hashes) : null;
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
                .Select(output => (Name: output.Key, Change: output.Value.Change(thorough)))
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
        var unknown = stage.Inputs.Where(artifact => !inputs.Hashes.ContainsKey(artifact)).ToHashSet();
        var version = stage.Version == entry.Version
            ? Enumerable.Empty<string>()
            : [$"the stage's version changed from {entry.Version} to {stage.Version}"];
        return version
            .Concat(Differences.OfOptions(entry.Options, CanonicalJson.Of(stage.Options)))
            .Concat(Differences.OfInputs(entry.Inputs, inputs.Hashes, unknown));
    }
}
