namespace Distill.Datasets.Images;

/// <summary>A file that a split is made of.</summary>
/// <param name="Path">Its path within the data set, with forward slashes, equal on every machine.</param>
/// <param name="Sha256">The hash of its content, uncompressed: 64 lower-case hexadecimal digits.</param>
internal sealed record DatasetFile(string Path, string Sha256);
