using System.Text.Json.Nodes;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;

namespace Distill.Pipeline.Execution;

/// <summary>
/// A stage's identity: equal keys mean that running again on the same machine gives the same result. Another device, precision, number of threads or level of vector
/// instructions may change its last digits; those are no part of the key, but the lock remembers them (<see cref="LockEntry.Machines"/>).
/// </summary>
internal static class StageKey
{
    /// <summary>The SHA-256 of the canonical JSON {stage, version, options, inputs}, in lower-case hexadecimal.</summary>
    /// <param name="stage">The stage's name.</param>
    /// <param name="version">The stage's declared version.</param>
    /// <param name="options">Its options; spelling and order do not matter.</param>
    /// <param name="inputs">Artifact → SHA-256.</param>
    public static string Of(string stage, int version, JsonObject options, IReadOnlyDictionary<string, string> inputs) =>
        FileHash.OfText(CanonicalJson.Text(new JsonObject
        {
            ["stage"] = stage,
            ["version"] = version,
            ["options"] = options.DeepClone(),
            ["inputs"] = new JsonObject(inputs.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
        }));
}
