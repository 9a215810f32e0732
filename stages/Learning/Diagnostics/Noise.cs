using Distill.Learning.Randomness;
using static TorchSharp.torch;

namespace Distill.Learning.Diagnostics;

/// <summary>Draws standard normal numbers from a key, on the CPU, so that every device gets the same.</summary>
internal static class Noise
{
    public static Tensor Of(RandomKey key, ScalarType type, params long[] shape) =>
        RandomNormals.Draw([key], checked((int)shape.Aggregate((a, b) => a * b)), CPU).view(shape).to_type(type);
}
