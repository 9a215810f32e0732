namespace Distill.Datasets.Files;

/// <summary>A regular file in a folder.</summary>
/// <param name="Name">Path in the folder, with forward slashes.</param>
/// <param name="Path">Path by which it was found.</param>
/// <param name="RealPath">Its path without links.</param>
public sealed record FoundFile(string Name, string Path, string RealPath);
