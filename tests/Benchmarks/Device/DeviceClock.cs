using Stages.Learning.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Benchmarks.Device;

/// <summary>Waiting for the device.</summary>
internal static class DeviceClock
{
    /// <summary>Returns once the device has done what it was told; at once on the CPU, which does it as it is told.</summary>
    public static void Wait(Compute compute)
    {
        if (compute.Device.type == DeviceType.CUDA)
        {
            cuda.synchronize();
        }
    }
}
