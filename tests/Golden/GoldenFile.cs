using Distill.Learning.Safetensors;
using static TorchSharp.torch;

namespace Tests.Golden;

/// <summary>Reads the golden values of PyTorch, torchvision and others, which the scripts beside this file make.</summary>
internal static class GoldenFile
{
    public static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Golden", name);

    /// <summary>Reads tensors by name. The caller's dispose scope owns them.</summary>
    public static Dictionary<string, Tensor> Read(string name) => SafetensorsFile.Read(PathOf(name + ".safetensors"));
}
