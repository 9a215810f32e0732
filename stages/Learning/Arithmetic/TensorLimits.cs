using TorchSharp;
using static TorchSharp.torch;

namespace Distill.Learning.Arithmetic;

/// <summary>Comparisons of tensors with numbers, limits and masks. See <see cref="TensorArithmetic"/>.</summary>
public static class TensorLimits
{
    /// <summary>Whether x = number, element by element.</summary>
    public static Tensor IsEqualTo(this Tensor x, double number)
    {
        using Scalar other = number;
        return x.eq(other);
    }

    /// <summary>Whether x &gt; number, element by element.</summary>
    public static Tensor IsAbove(this Tensor x, double number)
    {
        using Scalar other = number;
        return x.gt(other);
    }

    /// <summary>Whether x ≥ number, element by element.</summary>
    public static Tensor IsAtLeast(this Tensor x, double number)
    {
        using Scalar other = number;
        return x.ge(other);
    }

    /// <summary>max(x, low).</summary>
    public static Tensor AtLeast(this Tensor x, double low)
    {
        using Scalar least = low;
        return x.clamp_min(least);
    }

    /// <summary>x ← min(x, high).</summary>
    public static Tensor AtMost_(this Tensor x, double high)
    {
        using Scalar most = high;
        return x.clamp_(max: most);
    }

    /// <summary>min(max(x, low), high).</summary>
    public static Tensor Between(this Tensor x, double low, double high)
    {
        using Scalar least = low;
        using Scalar most = high;
        return x.clamp(least, most);
    }

    /// <summary>x ← min(max(x, low), high).</summary>
    public static Tensor Between_(this Tensor x, double low, double high)
    {
        using Scalar least = low;
        using Scalar most = high;
        return x.clamp_(least, most);
    }

    /// <summary>x, with the number in place of elements where the mask is true.</summary>
    public static Tensor Masked(this Tensor x, Tensor mask, double number)
    {
        using Scalar value = number;
        return x.masked_fill(mask, value);
    }
}
