using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Distill.Learning.Arithmetic;

/// <summary>Allocates page-locked CPU memory, which a GPU copies from without keeping a thread waiting.</summary>
public static class PinnedMemory
{
    private static readonly Lazy<TensorScript> Script = new(() => new TensorScript("pinned", """
        def pinned(like: Tensor) -> Tensor:
            return torch.empty_like(like, pin_memory=True)

        """));

    private static volatile bool _isRefused;

    /// <summary>
    /// Creates a tensor on the CPU with unset elements, pinned if <paramref name="device"/> is a GPU and this build can pin memory for it.
    /// The caller owns it; it belongs to no dispose scope.
    /// </summary>
    public static Tensor Empty(long[] shape, ScalarType type, Device device)
    {
        // Memory that is not written to takes no physical memory.
        var plain = empty(shape, type).DetachFromDisposeScope();
        if (device.type == DeviceType.CPU || _isRefused)
        {
            return plain;
        }

        try
        {
            var pinned = Script.Value.Call(plain).DetachFromDisposeScope();
            plain.Dispose();
            return pinned;
        }
        catch (ExternalException)
        {
            // Remembered, because compiling and failing again for every batch would take time.
            _isRefused = true;
            return plain;
        }
    }

    /// <summary>Whether memory for a device is really pinned, for <c>distill doctor</c>.</summary>
    internal static bool IsPinned(Device device)
    {
        using var memory = Empty([1], ScalarType.Byte, device);
        return memory.is_pinned();
    }
}
