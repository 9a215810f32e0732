using Distill.Datasets.Decoding;

namespace Distill.Cli.Commands;

/// <summary>Expands the image arguments of a command: files, folders, and lists on standard input.</summary>
internal static class ImagePaths
{
    private const string StandardInput = "-";

    /// <summary>
    /// Keeps files as they are named. Replaces a folder by all images in it, sorted by path, and <c>-</c> by the lines of
    /// <paramref name="input"/>, one path per line.
    /// </summary>
    public static IEnumerable<string> Expand(IEnumerable<string> names, TextReader input) => names.SelectMany(name =>
        name == StandardInput ? Lines(input)
        : Directory.Exists(name) ? InFolder(name)
        : [name]);

    private static IEnumerable<string> InFolder(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Where(path => ImageExtensions.IsSupported(Path.GetExtension(path)))
        .Order(StringComparer.Ordinal);

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
