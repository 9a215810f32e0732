using Distill.Learning.Safetensors;
using static TorchSharp.torch;

namespace Tests.Golden;

/// <summary>The numbers that PyTorch and torchvision gave; the scripts beside this file made them.</summary>
internal static class GoldenFile
{
    public static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Golden", name);

    /// <summary>Tensors by name, owned by the caller's dispose scope.</summary>
    public static Dictionary<string, Tensor> Read(string name) => SafetensorsFile.Read(PathOf(name + ".safetensors"));
}
