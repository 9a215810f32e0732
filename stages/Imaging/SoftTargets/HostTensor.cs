using System.Runtime.InteropServices;
using static TorchSharp.torch;

// R rows of W values
namespace Distill.Imaging.SoftTargets;

/// <summary>Makes tensors of long lists with one copy. The lists of millions of views are large.</summary>
internal static class HostTensor
{
    private const int ValuesPerPiece = 1 << 24;

    /// <summary>Copies a list to a tensor on the CPU: [R, W].</summary>
    /// <typeparam name="T">A 32-bit type: floats or integers.</typeparam>
    public static Tensor Of<T>(List<T> values, long rows, long width)
        where T : unmanaged
    {
        using var scope = NewDisposeScope();
        var result = empty([rows, width], typeof(T) == typeof(float) ? ScalarType.Float32 : ScalarType.Int32);
        var flat = result.view(-1);
        var all = CollectionsMarshal.AsSpan(values);
        for (var first = 0; first < all.Length; first += ValuesPerPiece)
        {
            // Only a part of the tensor, because a span counts its bytes in 32 bits.
            var count = Math.Min(ValuesPerPiece, all.Length - first);
            using var piece = flat.narrow(0, first, count);
            MemoryMarshal.AsBytes(all.Slice(first, count)).CopyTo(piece.bytes);
        }

        return result.MoveToOuterDisposeScope();
    }
}
