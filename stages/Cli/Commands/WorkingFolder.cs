namespace Distill.Cli.Commands;

/// <summary>Explains that paths are relative to the working folder, when a command runs in another folder than the run.</summary>
internal static class WorkingFolder
{
    /// <summary>Returns a note if the run's folder is not here, but beside the pipeline file or above it; null otherwise.</summary>
    public static string? Note(string pipeline, string modelsFolder)
    {
        if (Directory.Exists(modelsFolder) || !File.Exists(pipeline))
        {
            return null;
        }

        for (var folder = Path.GetDirectoryName(Path.GetFullPath(pipeline)); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (Directory.Exists(Path.Combine(folder, modelsFolder)))
            {
                return $"{modelsFolder} is not in {Environment.CurrentDirectory}, but in {folder}. "
                    + "Paths are relative to the working folder: run the command there";
            }
        }

        return null;
    }
}
