using System.Text.Json.Nodes;

namespace Distill.Pipeline.Execution;

/// <summary>An artifact that no stage makes, such as a dataset.</summary>
/// <param name="Path">File or folder.</param>
/// <param name="Sha256">Hash in lower-case hexadecimal, computed when a key first needs it.</param>
public sealed record ExternalInput(string Path, Lazy<string> Sha256)
{
    /// <summary>
    /// Options that are part of <see cref="Sha256"/>, so a message can say which of them changed; null for none. They are not in keys
    /// themselves.
    /// </summary>
    public JsonObject? Options { get; init; }
}
