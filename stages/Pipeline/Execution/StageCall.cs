using System.Text.Json;

namespace Distill.Pipeline.Execution;

/// <summary>A stage that a runner has started, for processes that help with it (<see cref="StageHelper"/>).</summary>
/// <param name="Stage">Name of the stage.</param>
/// <param name="Key">Its key.</param>
/// <param name="Hashes">SHA-256 of its inputs, by the text form of the artifact.</param>
/// <param name="Paths">Path of its inputs, by the text form of the artifact.</param>
/// <param name="Lineage">Manifest entries of the stages that it depends on.</param>
public sealed record StageCall(
    string Stage,
    string Key,
    IReadOnlyDictionary<string, string> Hashes,
    IReadOnlyDictionary<string, string> Paths,
    IReadOnlyDictionary<string, LockEntry> Lineage)
{
    /// <summary>Reads the result of <see cref="ToBytes"/>.</summary>
    public static StageCall Parse(byte[] bytes) => JsonSerializer.Deserialize<StageCall>(bytes, RunManifest.Json)!;

    /// <summary>Writes the call as JSON, in UTF-8.</summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, RunManifest.Json);
}
