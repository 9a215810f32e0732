using Distill.Pipeline.Storage;

namespace Distill.Datasets.Images;

/// <summary>One hash for many files.</summary>
internal static class Fingerprint
{
    /// <summary>SHA-256 over a line a file, "hash  path", in ordinal order of the paths: what <c>sha256sum</c> would list.</summary>
    public static string Of(IEnumerable<DatasetFile> files)
    {
        var lines = files
            .OrderBy(file => file.Path, StringComparer.Ordinal)
            .Select(file => $"{file.Sha256}  {file.Path}\n");
        return FileHash.OfText(string.Concat(lines));
    }
}
