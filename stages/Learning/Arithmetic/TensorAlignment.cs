using static TorchSharp.torch;

namespace Distill.Learning.Arithmetic;

/// <summary>Places tensors in memory so that kernels round alike.</summary>
public static class TensorAlignment
{
    // libtorch's own alignment of new memory.
    private const long Bytes = 64;

    /// <summary>
    /// Returns a tensor whose values begin where those of a new one would. Kernels round matrix products of other places differently, and
    /// the result of a group must not depend on the rows before it.
    /// </summary>
    /// <param name="x">A tensor, which is replaced by a copy if it begins elsewhere.</param>
    public static Tensor Aligned(this Tensor x)
    {
        if (x.storage_offset() * x.ElementSize % Bytes == 0)
        {
            return x;
        }

        using (x)
        {
            return x.clone();
        }
    }
}
