using static TorchSharp.torch;

namespace Distill.Learning.Networks.Folded;

/// <summary>What folded convolutions compute in.</summary>
/// <param name="Type">fp32 or bf16.</param>
/// <param name="Fused">Whether oneDNN's fused kernels are taken where there are any.</param>
internal sealed record InferenceDtype(ScalarType Type, bool Fused = true);
