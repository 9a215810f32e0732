using Distill.Pipeline.Options;

namespace Distill.Cli.Planning;

/// <summary>The pipelines that ship with the program, beside it in the folder presets.</summary>
internal static class Presets
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "presets");

    public static IEnumerable<string> Names =>
        Directory.EnumerateFiles(Folder, "*.json").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal);

    /// <summary>The file of a pipeline named by its path or as a preset.</summary>
    /// <exception cref="UserException">It is neither.</exception>
    public static string Locate(string pipeline)
    {
        if (File.Exists(pipeline))
        {
            return pipeline;
        }

        var preset = PathOf(pipeline);
        return File.Exists(preset)
            ? preset
            : throw new UserException($"{pipeline}: found neither a file nor a preset of this name, expected a file or one of {string.Join(", ", Names)}");
    }

    /// <summary>A preset's JSON; null where there is none of that name.</summary>
    public static string? Text(string name) => File.Exists(PathOf(name)) ? File.ReadAllText(PathOf(name)) : null;

    // GetFileName keeps a stranger's "extends" from leaving the folder.
    private static string PathOf(string name) => Path.Combine(Folder, Path.GetFileName(name) + ".json");
}
