namespace Distill.Datasets.Images;

/// <summary>An IDX file as its authors published it, with the hashes by which a copy is recognized.</summary>
/// <param name="Name">Without the ".gz".</param>
/// <param name="Sha256">Of the uncompressed content: decides whether a copy is the right one, wherever it came from.</param>
/// <param name="PackedSha256">Of the authors' own .gz file, which mirrors pass on byte by byte.</param>
/// <param name="PackedLength">Of the authors' own .gz file, in bytes.</param>
public sealed record PublishedFile(string Name, string Sha256, string PackedSha256, long PackedLength)
{
    public string PackedName => Name + ".gz";
}
