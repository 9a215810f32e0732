using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Distill.Learning.Arithmetic;

/// <summary>Memory of the CPU that an accelerator reads by itself, so that a copy to it keeps no thread waiting.</summary>
public static class PinnedMemory
{
    private static readonly Lazy<TensorScript> Script = new(() => new TensorScript("pinned", """
        def pinned(like: Tensor) -> Tensor:
            return torch.empty_like(like, pin_memory=True)

        """));

    private static volatile bool _isRefused;

    /// <summary>
    /// A tensor on the CPU whose elements are not set, pinned where that helps <paramref name="device"/>. The caller owns it; it is in
    /// no dispose scope.
    /// </summary>
    /// <param name="shape">Its shape.</param>
    /// <param name="type">Its type.</param>
    /// <param name="device">Where it will be copied to. A build that cannot pin memory for it gives ordinary memory.</param>
    public static Tensor Empty(long[] shape, ScalarType type, Device device)
    {
        // Memory that nobody writes to takes none.
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
            // Asked once: compiling and failing again for every batch takes time.
            _isRefused = true;
            return plain;
        }
    }

    /// <summary>Whether memory for a device is really pinned; distill doctor shows it.</summary>
    internal static bool IsPinned(Device device)
    {
        using var memory = Empty([1], ScalarType.Byte, device);
        return memory.is_pinned();
    }
}
