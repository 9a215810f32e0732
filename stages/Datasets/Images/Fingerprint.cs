using Distill.Pipeline.Storage;

namespace Distill.Datasets.Images;

/// <summary>Computes one hash for the files of a dataset.</summary>
internal static class Fingerprint
{
    /// <inheritdoc cref="FileHash.OfFiles"/>
    public static string Of(IEnumerable<DatasetFile> files) => FileHash.OfFiles(files.Select(file => (file.Path, file.Sha256)));
}
