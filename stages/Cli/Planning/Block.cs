using System.Text.Json.Nodes;
using Distill.Pipeline.Options;

namespace Distill.Cli.Planning;

/// <summary>A block of pipeline.json: its options, and their canonical JSON for stage keys.</summary>
/// <param name="Options">The options that a stage runs with.</param>
internal sealed record Block<T>(T Options)
{
    private readonly JsonObject _json = [];

    /// <summary>Combines options with the canonical JSON of the section that they were read from.</summary>
    public Block(T options, JsonSection section)
        : this(options) => _json = section.Canonical();

    /// <summary>Returns a copy of the canonical JSON: every option that was read, defaults included. The caller owns it.</summary>
    public JsonObject ToJson() => (JsonObject)_json.DeepClone();
}
