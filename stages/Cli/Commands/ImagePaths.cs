using Distill.Datasets.Decoding;

namespace Distill.Cli.Commands;

/// <summary>What a user names as images: files, folders, and lists on standard input.</summary>
internal static class ImagePaths
{
    private const string StandardInput = "-";

    /// <summary>Files as they are named; of folders, all images in them in the order of their paths; of <c>-</c>, a path a line of <paramref name="input"/>.</summary>
    public static IEnumerable<string> Of(IEnumerable<string> names, TextReader input) => names.SelectMany(name =>
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
