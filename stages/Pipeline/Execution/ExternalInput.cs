namespace Distill.Pipeline.Execution;

/// <summary>An artifact that no stage makes, such as a dataset.</summary>
/// <param name="Path">File or folder.</param>
/// <param name="Sha256">Hash in lower-case hexadecimal, computed when a key first needs it.</param>
public sealed record ExternalInput(string Path, Lazy<string> Sha256);
