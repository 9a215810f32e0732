namespace Distill.Pipeline.Execution;

/// <summary>A stage's inputs as they are now.</summary>
/// <param name="Hashes">Artifact → SHA-256, of those that exist.</param>
/// <param name="Paths">Artifact → path, of those that exist.</param>
/// <param name="WaitsFor">Earlier stages that must be done first.</param>
internal sealed record StageInputs(
    IReadOnlyDictionary<string, string> Hashes, IReadOnlyDictionary<string, string> Paths, IReadOnlyList<string> WaitsFor);
