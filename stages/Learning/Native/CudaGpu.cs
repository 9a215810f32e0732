namespace Distill.Learning.Native;

/// <summary>The properties of a GPU.</summary>
/// <param name="Name">The GPU's name, such as NVIDIA H100 80GB HBM3.</param>
/// <param name="Capability">The compute capability, such as 9.0.</param>
/// <param name="Bytes">Total memory in bytes.</param>
public sealed record CudaGpu(string Name, Version Capability, long Bytes)
{
    /// <summary>The first compute capability (Ampere) that multiplies bfloat16 in hardware.</summary>
    private static readonly Version FirstWithBf16 = new(8, 0);

    /// <summary>Whether it multiplies bfloat16 in hardware. Older GPUs emulate it, and cuDNN refuses some convolutions.</summary>
    public bool MultipliesBf16 => Capability >= FirstWithBf16;
}
