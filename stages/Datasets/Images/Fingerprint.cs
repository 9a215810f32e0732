using Distill.Pipeline.Storage;

namespace Distill.Datasets.Images;

/// <summary>Computes one hash for the files of a dataset.</summary>
internal static class Fingerprint
{
    /// <inheritdoc cref="FileHash.OfFiles"/>
    public static string FromFiles(IEnumerable<DatasetFile> files) => FileHash.OfFiles(files.Select(file => (file.Path, file.Sha256)));

    /// <summary>Computes a hash of what decides the pixels of the images, which changes with none of their labels.</summary>
    public static string FromPixels(IEnumerable<DatasetFile> files) =>
        FileHash.OfFiles(files.Select(file => (file.PathWithoutLabels, file.Sha256)));
}

/// <summary>A file of a split, as its fingerprint sees it.</summary>
/// <param name="Path">Path in the dataset, with forward slashes, and what else decides how the file is read.</param>
/// <param name="Sha256">Hash of the uncompressed content: 64 lower-case hexadecimal digits.</param>
internal sealed record DatasetFile(string Path, string Sha256)
{
    /// <summary>Path in the dataset, and what else decides which pixels are read from the file.</summary>
    public string PathWithoutLabels { get; init; } = Path;
}
