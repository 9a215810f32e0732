using System.Text.Json.Nodes;

namespace Distill.Pipeline.Execution;

/// <summary>One stage of a plan. Name, version, options and the content of the inputs decide whether it runs again.</summary>
/// <param name="Name">Name of the stage and of its folder, without '/'.</param>
/// <param name="Version">Increment it when the same options and inputs give different result.</param>
/// <param name="Options">Everything that the result depends on besides the inputs; not necessarily canonical.</param>
/// <param name="Inputs">
/// Artifacts that it reads: external ones such as "dataset/train", or outputs of earlier stages such as "pretrain/weights.safetensors".
/// </param>
/// <param name="Run">Does the work, or the rest of it after an interruption.</param>
public sealed record StageDefinition(
    string Name, int Version, JsonObject Options, IReadOnlyList<Artifact> Inputs, Func<StageContext, StageResult> Run)
{
    /// <summary>Number of checkpoints that the stage keeps. With two, a run can fall back if the newest is damaged.</summary>
    public int KeepCheckpoints { get; init; } = 2;
}
