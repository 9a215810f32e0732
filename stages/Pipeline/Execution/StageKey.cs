using System.Text.Json.Nodes;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;

namespace Distill.Pipeline.Execution;

/// <summary>
/// Identity of a stage's result: with an equal key, another run on the same machine gives the same bytes. Device, precision, thread count
/// and vector instructions can change the last digits. They are not part of the key; <see cref="LockEntry.Machines"/> records them.
/// </summary>
internal static class StageKey
{
    /// <summary>Computes the SHA-256 of the canonical JSON {stage, version, options, inputs}, in lower-case hexadecimal.</summary>
    /// <param name="stage">Name of the stage.</param>
    /// <param name="version">Its declared version.</param>
    /// <param name="options">Its options; spelling and order do not matter.</param>
    /// <param name="inputs">SHA-256 by artifact.</param>
    public static string Compute(string stage, int version, JsonObject options, IReadOnlyDictionary<string, string> inputs) =>
        FileHash.OfText(CanonicalJson.Text(new JsonObject
        {
            ["stage"] = stage,
            ["version"] = version,
            ["options"] = options.DeepClone(),
            ["inputs"] = new JsonObject(inputs.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
        }));
}
