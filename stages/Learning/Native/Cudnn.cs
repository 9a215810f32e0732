using System.Runtime.InteropServices;

namespace Distill.Learning.Native;

/// <summary>
/// cuDNN's choice of algorithms, which TorchSharp has no API for. It calls the C++ functions behind <c>torch.backends.cudnn</c> in
/// libtorch_cpu, by their mangled names.
/// </summary>
public static partial class Cudnn
{
    /// <summary>Whether cuDNN tries every algorithm for each new shape of a convolution, and keeps the fastest.</summary>
    public static bool Benchmark
    {
        get => GetBenchmark(GlobalContext());
        set => SetBenchmark(GlobalContext(), value);
    }

    /// <summary>Sets <see cref="Benchmark"/> until disposed. It has no effect on a CPU.</summary>
    public static IDisposable Benchmarking(bool enabled) => new Scope(enabled);

    private sealed class Scope : IDisposable
    {
        private readonly bool _before = Benchmark;

        public Scope(bool enabled) => Benchmark = enabled;

        public void Dispose() => Benchmark = _before;
    }

    [LibraryImport("torch_cpu", EntryPoint = "_ZN2at13globalContextEv")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    private static partial nint GlobalContext();

    [LibraryImport("torch_cpu", EntryPoint = "_ZN2at7Context17setBenchmarkCuDNNEb")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    private static partial void SetBenchmark(nint context, [MarshalAs(UnmanagedType.I1)] bool enabled);

    [LibraryImport("torch_cpu", EntryPoint = "_ZNK2at7Context14benchmarkCuDNNEv")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    [return: MarshalAs(UnmanagedType.I1)]
    private static partial bool GetBenchmark(nint context);
}
