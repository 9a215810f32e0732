using Distill.Datasets.Decoding;
using Distill.Pipeline.Options;

namespace Distill.Datasets.Files;

/// <summary>The image files below a folder, for every command that reads a folder of images.</summary>
/// <param name="Images">Image files, in ordinal order of their names.</param>
/// <param name="Skipped">Name and reason of all else.</param>
/// <param name="Folders">Names of the folders directly below, in ordinal order.</param>
/// <param name="HasLinks">Whether the folder contains links, so that its files may be elsewhere.</param>
public sealed record ImageFiles(
    IReadOnlyList<FoundFile> Images,
    IReadOnlyList<(string Name, string Reason)> Skipped,
    IReadOnlyList<string> Folders,
    bool HasLinks)
{
    /// <summary>Lists a folder. A folder that does not exist has no images.</summary>
    /// <exception cref="UserException">The folder itself cannot be read.</exception>
    public static ImageFiles Below(string folder)
    {
        var tree = FileTree.Read(folder, name => ImageExtensions.IsSupported(Path.GetExtension(name)));
        return new ImageFiles(
            tree.Files,
            [
                .. tree.Skipped.Concat(tree.Others.Select(file => (file.Name, ReasonOf(file))))
                    .OrderBy(file => file.Name, StringComparer.Ordinal),
            ],
            [.. tree.Folders],
            tree.HasLinks);
    }

    // The name decides and not the content, so that a listing reads no file. The content of the others tells what is wrong with them.
    private static string ReasonOf(FoundFile file)
    {
        var extension = Path.GetExtension(file.Name).ToLowerInvariant();
        if (ImageExtensions.IsUnsupportedImage(extension))
        {
            return $"not a supported format ({extension})";
        }

        var ending = extension.Length == 0 ? "no extension" : $"the extension {extension}";
        try
        {
            using var content = File.OpenRead(file.Path);
            var start = new byte[ImageSignature.Length];
            var length = content.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
            return ImageSignature.Find(start.AsSpan(0, length)) switch
            {
                null => $"not an image, with {ending}",
                var format when ImageSignature.IsDecoded(format) =>
                    $"{ImageSignature.WithArticle(format)} by its content, but with {ending}",
                var format => $"not a supported format ({format}, {ending})",
            };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return $"not an image, with {ending}";
        }
    }
}
