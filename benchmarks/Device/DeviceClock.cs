using System.Diagnostics;
using Distill.Learning.Native;
using Distill.Learning.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Benchmarks.Device;

/// <summary>Times work on a device.</summary>
internal static class DeviceClock
{
    /// <summary>Times one turn: warm-up steps, then the timed ones, without waiting for the device between them.</summary>
    /// <param name="warmUp">Number of steps before the clock starts.</param>
    /// <param name="steps">Number of steps timed.</param>
    /// <param name="compute">Device to wait for.</param>
    /// <param name="work">Enqueues that many steps and returns the number of their images.</param>
    public static TurnReading Turn(int warmUp, int steps, Compute compute, Func<int, long> work)
    {
        // The training loop and the PyTorch program have the same setting.
        using var tuned = Cudnn.Benchmarking(true);
        work(warmUp);
        Wait(compute);
        var clock = Stopwatch.StartNew();
        var images = work(steps);
        Wait(compute);
        return new TurnReading(images, clock.Elapsed.TotalSeconds, PeakBytes: null);
    }

    /// <summary>Waits until the device has finished its work. The CPU works synchronously, so there is no wait.</summary>
    private static void Wait(Compute compute)
    {
        if (compute.Device.type == DeviceType.CUDA)
        {
            cuda.synchronize();
        }
    }
}
