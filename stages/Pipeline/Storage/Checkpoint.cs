using System.Text.Json.Nodes;

namespace Distill.Pipeline.Storage;

/// <summary>A verified checkpoint: every file in its folder has the length and the hash of its manifest.</summary>
/// <param name="Step">Optimizer steps that were done when it was taken.</param>
/// <param name="Folder">Where its files are.</param>
/// <param name="State">The content of its <c>state.json</c>.</param>
public sealed record Checkpoint(long Step, string Folder, JsonObject State);
