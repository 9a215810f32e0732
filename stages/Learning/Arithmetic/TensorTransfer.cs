using TorchSharp;
using static TorchSharp.torch;

namespace Distill.Learning.Arithmetic;

/// <summary>Copies tensors to devices.</summary>
public static class TensorTransfer
{
    /// <summary>
    /// Copies a tensor from the CPU to a device without waiting: a GPU copies it from pinned memory after its earlier work.
    /// </summary>
    /// <param name="x">A tensor on the CPU. If the device is the CPU, it is the result.</param>
    /// <param name="device">The device to copy to.</param>
    public static Tensor OnDevice(this Tensor x, Device device)
    {
        if (device.type == DeviceType.CPU)
        {
            return x;
        }

        // libtorch reuses pinned memory only after its pending copies.
        using var pinned = x.pin_memory();
        return pinned.to(device, non_blocking: true);
    }
}
