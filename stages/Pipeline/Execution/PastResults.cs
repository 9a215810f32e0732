using System.Globalization;
using Distill.Pipeline.Storage;

namespace Distill.Pipeline.Execution;

/// <summary>Puts what stages have made aside, under names that say when, so that they run afresh: nothing is deleted.</summary>
/// <param name="modelsFolder">The folder of the stages' folders.</param>
/// <param name="clock">Tells the time for the names.</param>
internal sealed class PastResults(string modelsFolder, TimeProvider clock)
{
    private readonly string _suffix = clock.GetUtcNow().ToString("'-before-'yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);

    /// <summary>Moves the outputs and the folders, checkpoints included, of these stages, and forgets that they were ever run.</summary>
    public void SetAside(IEnumerable<string> stages, RunManifest pipelineLock)
    {
        foreach (var stage in stages)
        {
            var folder = Path.Combine(modelsFolder, stage);
            var outputs = pipelineLock.Stages.GetValueOrDefault(stage)?.Outputs.Values.Select(output => output.Path) ?? [];
            foreach (var path in outputs.Where(output => !FolderFiles.IsInside(folder, Path.GetFullPath(output))).Append(folder))
            {
                Move(path);
            }

            pipelineLock.Remove(stage);
        }
    }

    private void Move(string path)
    {
        var aside = CheckpointFolders.Free(Path.TrimEndingDirectorySeparator(path) + _suffix);
        if (Directory.Exists(path))
        {
            Durable.MoveFolder(path, aside);
        }
        else if (File.Exists(path))
        {
            Durable.Files.MoveFile(path, aside);
        }
    }
}
