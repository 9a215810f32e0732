using System.Runtime.InteropServices;
using Distill.Learning.Native;
using Distill.Learning.Native.Loading;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;
using static TorchSharp.torch;

namespace Distill.Cli.Output;

/// <summary>The machine and the libraries that the program runs on.</summary>
/// <param name="Program">Version and commit of the program.</param>
/// <param name="DotNet">Name and version of the .NET runtime.</param>
/// <param name="OperatingSystem">Name and version of the operating system.</param>
/// <param name="LibTorch">The libtorch that is loaded.</param>
/// <param name="Processor">Name of the CPU.</param>
/// <param name="Instructions">Vector instructions that libtorch uses, and whether the CPU multiplies bf16 in hardware.</param>
/// <param name="Cores">Number of cores that this process may use.</param>
/// <param name="Threads">Number of threads of libtorch's kernels.</param>
/// <param name="MemoryGiB">Memory that this process may use, in GiB.</param>
/// <param name="Driver">The newest CUDA version that the driver supports; null without a driver.</param>
/// <param name="Gpus">The GPUs that the driver lists.</param>
/// <param name="SeesGpus">Whether this libtorch can use CUDA.</param>
/// <param name="Device">The device that is checked, with the precision that <c>auto</c> chooses there.</param>
internal sealed record MachineFacts(
    ProgramVersion Program,
    string DotNet,
    string OperatingSystem,
    LibTorchBuild LibTorch,
    string Processor,
    string Instructions,
    int Cores,
    int Threads,
    double MemoryGiB,
    Version? Driver,
    IReadOnlyList<CudaGpu> Gpus,
    bool SeesGpus,
    string Device)
{
    /// <summary>Collects the facts.</summary>
    /// <param name="compute">The device that is checked.</param>
    public static MachineFacts Collect(Compute compute) => new(
        ProgramVersion.Current,
        RuntimeInformation.FrameworkDescription,
        RuntimeInformation.OSDescription,
        Learning.Native.Loading.LibTorch.Build,
        Learning.Native.Processor.Name,
        Learning.Native.Processor.VectorLevel + (Learning.Native.Processor.MultipliesBf16 ? " with bf16" : ""),
        Environment.ProcessorCount,
        get_num_threads(),
        GiB(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes),
        CudaDriver.Version,
        [.. Enumerable.Range(0, CudaDriver.Count).Select(CudaDriver.Gpu).OfType<CudaGpu>()],
        cuda.is_available(),
        compute.ToString());

    /// <summary>Converts bytes to GiB, rounded to one decimal.</summary>
    public static double GiB(long bytes) => Math.Round(bytes / (double)(1L << 30), 1);
}
