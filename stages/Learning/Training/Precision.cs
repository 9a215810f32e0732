namespace Distill.Learning.Training;

/// <summary>The arithmetic of convolutions and matrix products. Weights, losses and optimizers are always fp32.</summary>
public enum Precision
{
    /// <summary>bf16 on a CUDA GPU of compute capability 8.0 or later, and on a CPU with instructions for it; fp32 elsewhere.</summary>
    Auto,

    /// <summary>32-bit floats.</summary>
    Fp32,

    /// <summary>bfloat16 by autocast: 32-bit weights, 16-bit products. It needs no loss scaling.</summary>
    Bf16,
}
