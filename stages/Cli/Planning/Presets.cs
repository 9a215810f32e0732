using Distill.Pipeline.Options;

namespace Distill.Cli.Planning;

/// <summary>The pipelines that ship with the program, in the folder presets beside it.</summary>
internal static class Presets
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "presets");

    public static IEnumerable<string> Names =>
        Directory.EnumerateFiles(Folder, "*.json").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal);

    /// <summary>Returns the file of a pipeline that is given as a path or as the name of a preset.</summary>
    /// <exception cref="UserException">The text is neither a file nor the name of a preset.</exception>
    public static string Locate(string pipeline)
    {
        if (File.Exists(pipeline))
        {
            return pipeline;
        }

        return PathOf(pipeline) is { } preset
            ? preset
            : throw new UserException(
                $"{pipeline}: found neither a file nor a preset of this name, expected a file or one of {string.Join(", ", Names)}");
    }

    /// <summary>Returns the JSON of a preset; null if no preset has this name.</summary>
    public static string? Text(string name) => PathOf(name) is { } path ? File.ReadAllText(path) : null;

    // A preset is a name and not a path, so "extends" cannot leave this folder, and a misspelled path never means a preset.
    private static string? PathOf(string name) =>
        Names.Contains(name, StringComparer.Ordinal) ? Path.Combine(Folder, name + ".json") : null;
}
