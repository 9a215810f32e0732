using System.Diagnostics;
using Stages.Learning.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Benchmarks.Device;

/// <summary>Times work on a device.</summary>
internal static class DeviceClock
{
    /// <summary>A turn: some steps to warm up, then the timed ones, with no wait for the device between them.</summary>
    /// <param name="scale">How many steps.</param>
    /// <param name="compute">The device.</param>
    /// <param name="work">Tells the device that many steps, and returns the images of these.</param>
    public static TurnReading Turn(DeviceScale scale, Compute compute, Func<int, long> work)
    {
        work(scale.WarmUp);
        Wait(compute);
        var clock = Stopwatch.StartNew();
        var images = work(scale.Steps);
        var enqueued = clock.Elapsed.TotalSeconds;
        Wait(compute);
        return new TurnReading(images, clock.Elapsed.TotalSeconds, enqueued, PeakBytes: null);
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
