using System.Diagnostics;
using Distill.Learning.Native;
using Distill.Learning.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Benchmarks.Device;

/// <summary>Times work on a device.</summary>
internal static class DeviceClock
{
    /// <summary>A turn: some steps to warm up, then the timed ones, with no wait for the device between them.</summary>
    /// <param name="warmUp">Steps before the clock starts.</param>
    /// <param name="steps">Steps timed.</param>
    /// <param name="compute">The device.</param>
    /// <param name="work">Enqueues that many steps, and returns their images.</param>
    public static TurnReading Turn(int warmUp, int steps, Compute compute, Func<int, long> work)
    {
        // As the training loop does, and as the PyTorch program is set up.
        using var tuned = Cudnn.Benchmarking(true);
        work(warmUp);
        Wait(compute);
        var clock = Stopwatch.StartNew();
        var images = work(steps);
        Wait(compute);
        return new TurnReading(images, clock.Elapsed.TotalSeconds, PeakBytes: null);
    }

    /// <summary>Returns once the device has done what it was told; at once on the CPU, which does it as it is told.</summary>
    private static void Wait(Compute compute)
    {
        if (compute.Device.type == DeviceType.CUDA)
        {
            cuda.synchronize();
        }
    }
}
