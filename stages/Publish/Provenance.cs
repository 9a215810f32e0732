using System.Text.Json;
using System.Text.Json.Nodes;
using Distill.Pipeline.Execution;

namespace Distill.Publish;

/// <summary>
/// provenance.json: what made the model, so that it can be made again: the program that published it, and of every stage that led to its weights the key, the declared
/// version, the machines with their numbers of threads, the options and the hashes of what it read and wrote. Times are left out: they differ from run to run, and
/// the folder must not.
/// </summary>
internal static class Provenance
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <param name="seed">The run's.</param>
    /// <param name="lineage">The stages, in order.</param>
    public static string Of(long seed, IReadOnlyDictionary<string, LockEntry> lineage) => new JsonObject
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
    }.ToJsonString(Indented) + "\n";

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
        new(hashes.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)JsonValue.Create(pair.Value))));

    private static string VersionOf(Type type) => type.Assembly.GetName().Version!.ToString();
}
