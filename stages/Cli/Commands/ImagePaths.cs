using Distill.Datasets.Encoded;
using Distill.Datasets.Files;

namespace Distill.Cli.Commands;

/// <summary>Expands the image arguments of a command: files, folders, and lists on standard input.</summary>
internal static class ImagePaths
{
    private const string StandardInput = "-";

    /// <summary>
    /// Keeps files as they are named. Replaces a folder by all images in it, sorted by path, and <c>-</c> by the lines of
    /// <paramref name="input"/>, one path per line. What is skipped in folders goes to <paramref name="log"/>.
    /// </summary>
    public static IEnumerable<string> Expand(IEnumerable<string> names, TextReader input, Action<string> log) => names.SelectMany(name =>
        name == StandardInput ? Lines(input)
        : Directory.Exists(name) ? InFolder(name, log)
        : [name]);

    private static IEnumerable<string> InFolder(string folder, Action<string> log)
    {
        var files = ImageFiles.Below(folder);
        foreach (var line in SkipSummary.Lines(folder, files.Skipped))
        {
            log(line);
        }

        return files.Images.Select(file => Path.Combine(folder, file.Name));
    }

    private static IEnumerable<string> Lines(TextReader input)
    {
        while (input.ReadLine() is { } line)
        {
            if (line.Length > 0)
            {
                yield return line;
            }
        }
    }
}
