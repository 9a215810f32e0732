using System.Globalization;
using Distill.Pipeline.Storage;

namespace Distill.Pipeline.Execution;

/// <summary>Moves the results of stages aside, so that the stages run again. Nothing is deleted.</summary>
/// <param name="modelsFolder">Folder that holds the folders of all stages.</param>
/// <param name="clock">Clock for the time in the new names.</param>
internal sealed class PastResults(string modelsFolder, TimeProvider clock)
{
    private readonly string _suffix = clock.GetUtcNow().ToString("'-before-'yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);

    /// <summary>Moves the outputs and folders of these stages, checkpoints included, and removes the stages from the manifest.</summary>
    public void MoveAside(IEnumerable<string> stages, RunManifest manifest)
    {
        foreach (var stage in stages)
        {
            var folder = Path.Combine(modelsFolder, stage);
            var outputs = manifest.Stages.GetValueOrDefault(stage)?.Outputs.Values.Select(output => output.Path) ?? [];
            foreach (var path in outputs.Where(output => !FolderFiles.IsInside(folder, Path.GetFullPath(output))).Append(folder))
            {
                Move(path);
            }

            manifest.Remove(stage);
        }
    }

    private void Move(string path)
    {
        var aside = CheckpointFolders.FindFreeName(Path.TrimEndingDirectorySeparator(path) + _suffix);
        if (Directory.Exists(path))
        {
            Durable.MoveFolder(path, aside);
        }
        else if (File.Exists(path))
        {
            Durable.MoveFile(path, aside);
        }
    }
}
