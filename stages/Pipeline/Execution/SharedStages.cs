using Distill.Pipeline.Progress;
using Distill.Pipeline.Storage;

namespace Distill.Pipeline.Execution;

/// <summary>
/// Takes over stages that another run has finished under the same key, such as a pretraining that does not depend on the labels. The files
/// are copied, so neither run depends on the other afterwards.
/// </summary>
/// <param name="modelsFolder">Folder of this run.</param>
/// <param name="others">Folders of the other runs; those that do not exist are passed over.</param>
/// <param name="note">Receives a sentence for each stage that is taken over, and warnings about the other runs.</param>
internal sealed class SharedStages(string modelsFolder, IReadOnlyList<string> others, Action<string> note)
{
    /// <summary>Copies what a stage made in another run; null if no run has it, or if its outputs are not plain, unchanged files.</summary>
    /// <param name="stage">A stage that has not started here.</param>
    /// <param name="inputs">Its inputs, all of which exist.</param>
    public LockEntry? Take(StageDefinition stage, StageInputs inputs)
    {
        var key = StageKey.Compute(stage.Name, stage.Version, stage.Options, inputs.Hashes);
        foreach (var other in others.Where(other => Path.GetFullPath(other) != Path.GetFullPath(modelsFolder)))
        {
            var entry = RunManifest.Load(Path.Combine(other, PipelineRunner.LockFile), note).Stages.GetValueOrDefault(stage.Name);
            if (entry is { State: LockedState.Done } && entry.Key == key && Copied(stage.Name, other, entry) is { } outputs)
            {
                note($"{stage.Name}: taken from {other}, which made it from the same options and inputs");
                return entry with { Outputs = outputs };
            }
        }

        return null;
    }

    private Dictionary<string, LockedOutput>? Copied(string stage, string other, LockEntry entry)
    {
        var (from, to) = (Path.Combine(other, stage), Path.Combine(modelsFolder, stage));
        string[] files = [.. entry.Outputs.Values.Select(output => Path.GetRelativePath(from, output.Path))];
        if (files.Any(file => file != Path.GetFileName(file))
            || entry.Outputs.Values.Any(output => !File.Exists(output.Path) || output.FindChange(thorough: true) is not null))
        {
            return null;
        }

        foreach (var file in files.Concat([MetricsLog.FileName, EventFile.Name]).Where(file => File.Exists(Path.Combine(from, file))))
        {
            using var source = File.OpenRead(Path.Combine(from, file));
            Durable.WriteFile(Path.Combine(to, file), source.CopyTo);
        }

        var outputs = entry.Outputs.ToDictionary(
            output => output.Key, output => LockedOutput.FromDisk(Path.Combine(to, Path.GetRelativePath(from, output.Value.Path))));
        // Another process may have changed a file between the look and the copy.
        return outputs.All(output => output.Value.Sha256 == entry.Outputs[output.Key].Sha256) ? outputs : null;
    }
}
