using System.Runtime.InteropServices;

namespace Distill.Learning.Native.Loading;

/// <summary>The open libraries of a libtorch.</summary>
/// <param name="Folder">Their folder.</param>
/// <param name="Cpu">The handle of libtorch_cpu.</param>
/// <param name="Cuda">The handle of libtorch_cuda; null if there is none.</param>
internal sealed record TorchLibraries(string Folder, nint Cpu, nint? Cuda)
{
    public const string CpuName = "libtorch_cpu.so";
    private const string CudaName = "libtorch_cuda.so";

    // In the order of their dependencies. libtorch_cuda registers the CUDA kernels, and must be open before the first call about a GPU.
    private static readonly string[] Required = ["libc10.so", CpuName, "libtorch.so"];
    private static readonly string[] InOrder = ["libc10.so", CpuName, CudaName, "libtorch.so"];

    // The libraries that Python's torch opens before libtorch. cuDNN later opens some of them by name, and finds only open ones.
    private static readonly string[] CudaParts =
        ["libcublasLt.so", "libcublas.so", "libcudart.so", "libnvJitLink.so", "libnvrtc.so", "libnvrtc-builtins.so"];

    /// <summary>The version that libtorch_cpu states; null before version 2.9, which lacks the function.</summary>
    public LibTorchVersion? Version => Number(Cpu, "aoti_torch_abi_version") is { } version ? LibTorchVersion.FromAbi(version) : null;

    /// <summary>The version of the CUDA runtime in use, such as 12.8; null without one.</summary>
    public unsafe string? CudaRuntime
    {
        get
        {
            if (Cuda is not { } cuda || !NativeLibrary.TryGetExport(cuda, "cudaRuntimeGetVersion", out var function))
            {
                return null;
            }

            int version;
            return ((delegate* unmanaged<int*, int>)function)(&version) == 0
                ? FormattableString.Invariant($"{version / 1000}.{version % 1000 / 10}")
                : null;
        }
    }

    /// <summary>The version of cuDNN in use, such as 9.10.2; null without one.</summary>
    public string? Cudnn => Cuda is { } cuda && Number(cuda, "cudnnGetVersion") is { } version
        ? FormattableString.Invariant($"{version / 10000}.{version % 10000 / 100}.{version % 100}")
        : null;

    /// <summary>Returns the first required library that a folder lacks; null if it has all.</summary>
    public static string? Missing(string folder) => Required.FirstOrDefault(name => !File.Exists(Path.Combine(folder, name)));

    /// <summary>Opens the libraries in the program's own folder.</summary>
    public static TorchLibraries Open(string folder) => Open(folder, reason => new DllNotFoundException(reason));

    /// <summary>
    /// Opens every library by its real path. A wheel's libraries find those of CUDA relative to their own path, which would be wrong
    /// through a link.
    /// </summary>
    /// <param name="folder">The folder of the libraries.</param>
    /// <param name="refuse">Creates the exception for the dynamic loader's error message.</param>
    public static TorchLibraries Open(string folder, Func<string, Exception> refuse)
    {
        if (File.Exists(Path.Combine(folder, CudaName)))
        {
            OpenCudaParts(folder);
        }

        var open = new Dictionary<string, nint>();
        foreach (var path in InOrder.Select(name => Path.Combine(folder, name)).Where(File.Exists))
        {
            var real = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
            var handle = DynamicLoader.Open(real, resolveAll: false, out var reason);
            open[Path.GetFileName(path)] = handle != 0 ? handle : throw refuse(reason);
        }

        return new TorchLibraries(folder, open[CpuName], open.TryGetValue(CudaName, out var cuda) ? cuda : null);
    }

    /// <summary>Opens a wheel's libraries of CUDA. A library that cannot be opened is skipped, because it may not be needed.</summary>
    private static void OpenCudaParts(string folder)
    {
        foreach (var path in CudaPartsOf(folder))
        {
            _ = DynamicLoader.Open(path, resolveAll: false, out _);
        }
    }

    /// <summary>
    /// Lists a wheel's libraries of CUDA in <c>site-packages/nvidia/*/lib</c>, in order; none if libtorch is not from a wheel.
    /// </summary>
    internal static IReadOnlyList<string> CudaPartsOf(string folder)
    {
        var packages = Path.GetFullPath(Path.Combine(folder, "..", "..", "nvidia"));
        var libraries = Directory.Exists(packages)
            ? Directory.GetDirectories(packages)
                .Select(package => Path.Combine(package, "lib"))
                .Where(Directory.Exists)
                .Order(StringComparer.Ordinal)
                .ToArray()
            : [];
        return
        [
            .. from name in CudaParts
               from library in libraries
               from file in Directory.GetFiles(library, name + ".*").Order(StringComparer.Ordinal)
               where !file.Contains(".alt.", StringComparison.Ordinal)
               select file,
        ];
    }

    /// <summary>Calls a function without arguments; null if the library lacks it.</summary>
    private static unsafe ulong? Number(nint library, string function) =>
        NativeLibrary.TryGetExport(library, function, out var address) ? ((delegate* unmanaged<ulong>)address)() : null;
}
