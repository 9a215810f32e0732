namespace Distill.Pipeline.Storage;

/// <summary>What a manifest says of one file.</summary>
internal sealed record ManifestFile(long Bytes, string Sha256);
