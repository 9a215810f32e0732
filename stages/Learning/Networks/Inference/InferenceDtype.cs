using static TorchSharp.torch;

namespace Distill.Learning.Networks.Inference;

/// <summary>The arithmetic of convolutions in inference.</summary>
/// <param name="Type">fp32 or bf16.</param>
/// <param name="Fused">Whether to use oneDNN's fused kernels if they exist.</param>
internal sealed record InferenceDtype(ScalarType Type, bool Fused = true);
