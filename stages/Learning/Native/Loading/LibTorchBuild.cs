namespace Distill.Learning.Native.Loading;

/// <summary>The properties of the libtorch in use.</summary>
/// <param name="Folder">The folder of its libraries.</param>
/// <param name="Version">Its version, such as <c>2.10.0</c>; null if it is unknown.</param>
/// <param name="Source">How it was chosen: by the program's build, or by an environment variable.</param>
/// <param name="Cuda">The version of the CUDA runtime in use; null without one.</param>
/// <param name="Cudnn">The version of cuDNN in use; null without one.</param>
public sealed record LibTorchBuild(string Folder, string? Version, string Source, string? Cuda, string? Cudnn)
{
    internal static LibTorchBuild Describe(TorchLibraries libraries, string source)
    {
        var stated = LibTorchVersion.ReadBeside(libraries.Folder);
        var version = (stated ?? libraries.Version)?.Text;
        return new LibTorchBuild(libraries.Folder, version, source, libraries.CudaRuntime ?? stated?.Cuda, libraries.Cudnn);
    }
}
