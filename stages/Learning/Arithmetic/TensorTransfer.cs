using TorchSharp;
using static TorchSharp.torch;

namespace Distill.Learning.Arithmetic;

/// <summary>Numbers on their way to where they are computed with.</summary>
public static class TensorTransfer
{
    /// <summary>
    /// The tensor on a device, without waiting for the copy: an accelerator fetches it from pinned memory once it has done what it was told before.
    /// </summary>
    /// <param name="x">In the CPU's memory. On the CPU it is the result itself.</param>
    /// <param name="device">Where to.</param>
    public static Tensor OnDevice(this Tensor x, Device device)
    {
        if (device.type == DeviceType.CPU)
        {
            return x;
        }

        // libtorch takes pinned memory back only after the copies that were asked of it.
        using var pinned = x.pin_memory();
        return pinned.to(device, non_blocking: true);
    }
}
