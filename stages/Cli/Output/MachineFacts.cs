using System.Runtime.InteropServices;
using Stages.Learning.Native.Loading;
using Stages.Learning.Training;
using static TorchSharp.torch;

namespace Stages.Cli.Output;

/// <summary>What the program runs on.</summary>
/// <param name="DotNet">The .NET runtime.</param>
/// <param name="System">The operating system.</param>
/// <param name="LibTorch">The libtorch in use.</param>
/// <param name="Processor">The CPU's name.</param>
/// <param name="Cores">Cores that this process may use.</param>
/// <param name="Threads">Threads of libtorch's kernels.</param>
/// <param name="MemoryGiB">Memory that this process may use.</param>
/// <param name="Device">The device that is checked, with the precision that <c>auto</c> chooses there.</param>
internal sealed record MachineFacts(
    string DotNet, string System, LibTorchBuild LibTorch, string Processor, int Cores, int Threads, double MemoryGiB, string Device)
{
    /// <param name="compute">The device that is checked.</param>
    public static MachineFacts Collect(Compute compute) => new(
        RuntimeInformation.FrameworkDescription,
        RuntimeInformation.OSDescription,
        Learning.Native.Loading.LibTorch.Build,
        Learning.Native.Processor.Name,
        Environment.ProcessorCount,
        get_num_threads(),
        Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1L << 30), 1),
        compute.ToString());
}
