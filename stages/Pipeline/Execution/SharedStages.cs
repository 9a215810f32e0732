using Distill.Pipeline.Options;
using Distill.Pipeline.Progress;
using Distill.Pipeline.Storage;

namespace Distill.Pipeline.Execution;

/// <summary>
/// Takes over stages that another run has finished under the same key, such as a pretraining that does not depend on the labels. The files
/// are copied, so neither run depends on the other afterwards.
/// </summary>
/// <param name="modelsFolder">Folder of this run.</param>
/// <param name="others">Folders of the other runs; those that do not exist are passed over.</param>
/// <param name="machine">
/// Machine and precision of this process, which are not in keys. Stages that were computed with others are not taken; null to take all.
/// </param>
/// <param name="note">Receives a sentence for each stage that is taken over, and one about each run that cannot be read.</param>
internal sealed class SharedStages(string modelsFolder, IReadOnlyList<string> others, string? machine, Action<string> note)
{
    private readonly HashSet<string> _unreadable = [];

    /// <summary>Copies what a stage made in another run; null if no run has it, or if its outputs are not plain, unchanged files.</summary>
    /// <param name="stage">A stage that has no checkpoint here.</param>
    /// <param name="inputs">Its inputs, all of which exist.</param>
    public LockEntry? Take(StageDefinition stage, StageInputs inputs)
    {
        var key = StageKey.Compute(stage.Name, stage.Version, stage.Options, inputs.Hashes);
        foreach (var other in others.Where(other => Path.GetFullPath(other) != Path.GetFullPath(modelsFolder)))
        {
            if (EntryOf(other, stage.Name) is { State: LockedState.Done } entry
                && entry.Key == key
                && (machine is null || entry.Machines is [var one] && one == machine)
                && Copied(stage, key, other, entry) is { } outputs)
            {
                note($"{stage.Name}: taken from {other}, which made it from the same options and inputs");
                return entry with { Outputs = outputs };
            }
        }

        return null;
    }

    private LockEntry? EntryOf(string other, string stage)
    {
        try
        {
            return _unreadable.Contains(other)
                ? null
                : RunManifest.Load(Path.Combine(other, PipelineRunner.LockFile), _ => { }).Stages.GetValueOrDefault(stage);
        }
        catch (UserException error)
        {
            _unreadable.Add(other);
            note($"nothing is taken from {other}: {error.Message}");
            return null;
        }
    }

    private Dictionary<string, LockedOutput>? Copied(StageDefinition stage, string key, string other, LockEntry entry)
    {
        var (from, to) = (Path.Combine(other, stage.Name), Path.Combine(modelsFolder, stage.Name));
        string[] files = [.. entry.Outputs.Values.Select(output => Path.GetRelativePath(from, output.Path))];
        if (files.Any(file => file != Path.GetFileName(file)))
        {
            return null;
        }

        try
        {
            if (entry.Outputs.Values.Any(output => !File.Exists(output.Path) || output.FindChange(thorough: true) is not null))
            {
                return null;
            }

            Durable.MakeFolder(to);
            Durable.SweepPartials(to);
            // What this run made under another key is kept with its checkpoints.
            new CheckpointStore(to, key, stage.KeepCheckpoints, note).Claim();
            foreach (var file in files.Concat([MetricsLog.FileName, EventFile.Name]).Where(file => File.Exists(Path.Combine(from, file))))
            {
                using var source = File.OpenRead(Path.Combine(from, file));
                Durable.WriteFile(Path.Combine(to, file), source.CopyTo);
            }
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            // Another process moved it aside, to make it again.
            return null;
        }

        var outputs = entry.Outputs.ToDictionary(
            output => output.Key, output => LockedOutput.FromDisk(Path.Combine(to, Path.GetRelativePath(from, output.Value.Path))));
        // Another process may have changed a file between the look and the copy.
        return outputs.All(output => output.Value.Sha256 == entry.Outputs[output.Key].Sha256) ? outputs : null;
    }
}
