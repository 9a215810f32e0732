namespace Distill.Learning.Native.Loading;

/// <summary>Which libtorch computes.</summary>
/// <param name="Folder">Where its libraries lie.</param>
/// <param name="Version">As it states it, such as <c>2.10.0</c>; null where nothing states it.</param>
/// <param name="Source">What chose it: the program's own build, or an environment variable.</param>
/// <param name="Cuda">The version of the CUDA runtime in use; null without one.</param>
/// <param name="Cudnn">The version of cuDNN in use; null without one.</param>
public sealed record LibTorchBuild(string Folder, string? Version, string Source, string? Cuda, string? Cudnn)
{
    internal static LibTorchBuild Of(TorchLibraries libraries, string source)
    {
        var stated = LibTorchVersion.ReadBeside(libraries.Folder);
        return new LibTorchBuild(libraries.Folder, (stated ?? libraries.Version)?.Text, source, libraries.CudaRuntime ?? stated?.Cuda, libraries.Cudnn);
    }
}
