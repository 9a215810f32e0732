using System.Text.Json.Nodes;

namespace Distill.Pipeline.Execution;

/// <summary>One stage of a plan. Name, version, options and the content of the inputs decide whether it runs again.</summary>
/// <param name="Name">Its name and its folder's; no '/'.</param>
/// <param name="Version">Raised when the same options and inputs give another result than before.</param>
/// <param name="Options">Everything the result depends on besides the inputs; canonical or not.</param>
/// <param name="Inputs">
/// The artifacts it reads: external ones such as "dataset/train", or an earlier stage's such as
/// "pretrain/weights.safetensors".
/// </param>
/// <param name="Run">Does the work, or the rest of it after an interruption.</param>
public sealed record StageDefinition(
    string Name, int Version, JsonObject Options, IReadOnlyList<string> Inputs, Func<StageContext, StageResult> Run)
{
    /// <summary>How many checkpoints the stage keeps. Two: the newest, and one to fall back on should it be damaged.</summary>
    public int KeepCheckpoints { get; init; } = 2;
}
