namespace Distill.Label;

/// <summary>A file of soft targets.</summary>
/// <param name="Path">The file.</param>
/// <param name="Images">Whose soft targets it holds.</param>
internal sealed record SoftTargetShard(string Path, ImageRange Images);
