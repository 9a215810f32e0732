using System.Text.Json.Nodes;
using Distill.Artifacts;
using Distill.Pipeline.Execution;

namespace Distill.Publish;

/// <summary>
/// The provenance.json of a published model, from which the run can be repeated. It has the version of the program and an entry for each
/// stage that led to the weights: key, version, machines, options, and hashes of inputs and outputs. It has no times, because the published
/// folder must be the same for each repetition.
/// </summary>
internal static class Provenance
{
    /// <summary>Creates the text of the file.</summary>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="lineage">The stages that led to the weights, in order.</param>
    public static string Create(long seed, IReadOnlyDictionary<string, LockEntry> lineage) => new JsonObject
    {
        ["madeBy"] = "Distill",
        ["program"] = new JsonObject { ["version"] = ProgramVersion.Current.Version, ["commit"] = ProgramVersion.Current.Commit },
        ["seed"] = seed,
        ["packages"] = new JsonObject
        {
            ["TorchSharp"] = VersionOf(typeof(TorchSharp.torch)),
            ["Microsoft.ML.OnnxRuntime"] = VersionOf(typeof(Microsoft.ML.OnnxRuntime.OrtEnv)),
        },
        ["stages"] = new JsonObject(lineage.Select(stage =>
            KeyValuePair.Create(stage.Key, (JsonNode?)Stage(stage.Value)))),
    }.ToFileText();

    private static JsonObject Stage(LockEntry entry) => new()
    {
        ["key"] = entry.Key,
        ["version"] = entry.Version,
        ["machines"] = new JsonArray([.. (entry.Machines ?? []).Select(machine => JsonValue.Create(machine))]),
        ["options"] = entry.Options.DeepClone(),
        ["inputs"] = Hashes(entry.Inputs),
        ["outputs"] = Hashes(entry.Outputs.ToDictionary(output => output.Key, output => output.Value.Sha256)),
    };

    private static JsonObject Hashes(IReadOnlyDictionary<string, string> hashes) =>
        new(hashes
            .OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)JsonValue.Create(pair.Value))));

    private static string VersionOf(Type type) => type.Assembly.GetName().Version!.ToString();
}
