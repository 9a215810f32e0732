using System.Text.Json.Nodes;

namespace Distill.Pipeline.Execution;

/// <summary>What a finished stage leaves.</summary>
/// <param name="Outputs">An artifact's short name ("weights.safetensors") → its file, or a folder whose every file counts.</param>
/// <param name="Metrics">What it measured: names and small numbers.</param>
public sealed record StageResult(IReadOnlyDictionary<string, string> Outputs, JsonObject Metrics);
