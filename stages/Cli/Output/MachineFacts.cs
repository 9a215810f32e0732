using System.Runtime.InteropServices;
using Distill.Learning.Native;
using Distill.Learning.Native.Loading;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;
using static TorchSharp.torch;

namespace Distill.Cli.Output;

/// <summary>What the program runs on.</summary>
/// <param name="Program">Version and commit.</param>
/// <param name="DotNet">The .NET runtime.</param>
/// <param name="OperatingSystem">Its name and version.</param>
/// <param name="LibTorch">The libtorch in use.</param>
/// <param name="Processor">The CPU's name.</param>
/// <param name="Instructions">Vector instructions that libtorch uses, and whether bf16 is multiplied in hardware.</param>
/// <param name="Cores">Cores that this process may use.</param>
/// <param name="Threads">Threads of libtorch's kernels.</param>
/// <param name="MemoryGiB">Memory that this process may use.</param>
/// <param name="Driver">The newest CUDA version that the driver supports; null without a driver.</param>
/// <param name="Gpus">The GPUs that the driver lists.</param>
/// <param name="SeesGpus">Whether this libtorch can use them.</param>
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

    public static double GiB(long bytes) => Math.Round(bytes / (double)(1L << 30), 1);
}
