using System.Buffers;

namespace Distill.Datasets.Decoding;

/// <summary>
/// Pooled arrays for the pixels of one image, which is dropped after its views are cut. As garbage, they would cost a collection of the
/// whole heap every few images.
/// </summary>
internal sealed class PixelBuffers : IDisposable
{
    /// <summary>The pool would keep the memory of very large images.</summary>
    private const int MaxBytes = 1 << 26;

    private readonly List<byte[]> _rented = [];

    /// <summary>Returns an array of at least this size with any content: a pooled one, or a new one of exactly this size.</summary>
    /// <param name="buffers">Owner of the array; null for a new one.</param>
    /// <param name="size">Size in bytes.</param>
    public static byte[] Take(PixelBuffers? buffers, int size)
    {
        if (buffers is null || size > MaxBytes)
        {
            return GC.AllocateUninitializedArray<byte>(size);
        }

        var rented = ArrayPool<byte>.Shared.Rent(size);
        buffers._rented.Add(rented);
        return rented;
    }

    /// <summary>Returns the arrays to the pool.</summary>
    public void Dispose()
    {
        foreach (var rented in _rented)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        _rented.Clear();
    }
}
