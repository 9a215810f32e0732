using TorchSharp;
using static TorchSharp.torch;

namespace Distill.Learning.Arithmetic;

/// <summary>
/// Arithmetic of tensors and numbers. As in PyTorch, a method whose name ends in _ changes its tensor and returns it. Overloads for long
/// and double differ as libtorch's type promotion does: an integer keeps an integer tensor.
/// </summary>
/// <remarks>
/// TorchSharp passes a number to libtorch as a <see cref="Scalar"/>, whose native memory its finalizer frees. TorchSharp's operations keep
/// only the address while libtorch reads the number, so a garbage collection in another thread can free it during the call. All code in
/// this folder keeps its scalars alive until the call has returned, and no other code uses scalars.
/// </remarks>
public static class TensorArithmetic
{
    // TorchSharp's add(Tensor) creates this scalar in each call.
    private static readonly Scalar One = 1;

    /// <summary>x + y.</summary>
    public static Tensor Plus(this Tensor x, Tensor y) => x.add(y, One);

    /// <summary>x + alpha · y.</summary>
    public static Tensor Plus(this Tensor x, Tensor y, double alpha)
    {
        using Scalar factor = alpha;
        return x.add(y, factor);
    }

    /// <summary>x + number.</summary>
    public static Tensor Plus(this Tensor x, double number)
    {
        using Scalar term = number;
        return x.add(term, One);
    }

    /// <inheritdoc cref="Plus(Tensor, double)"/>
    public static Tensor Plus(this Tensor x, long number)
    {
        using Scalar term = number;
        return x.add(term, One);
    }

    /// <summary>x ← x + y.</summary>
    public static Tensor Plus_(this Tensor x, Tensor y) => x.add_(y, One);

    /// <summary>x ← x + alpha · y.</summary>
    public static Tensor Plus_(this Tensor x, Tensor y, double alpha)
    {
        using Scalar factor = alpha;
        return x.add_(y, factor);
    }

    /// <summary>x ← x + number.</summary>
    public static Tensor Plus_(this Tensor x, double number)
    {
        using Scalar term = number;
        return x.add_(term, One);
    }

    /// <inheritdoc cref="Plus_(Tensor, double)"/>
    public static Tensor Plus_(this Tensor x, long number)
    {
        using Scalar term = number;
        return x.add_(term, One);
    }

    /// <summary>x ← x + factor · y · z, element by element.</summary>
    public static Tensor PlusProduct_(this Tensor x, Tensor y, Tensor z, double factor)
    {
        using Scalar scale = factor;
        return x.addcmul_(y, z, scale);
    }

    /// <summary>x ← x + y · z, element by element.</summary>
    public static Tensor PlusProduct_(this Tensor x, Tensor y, Tensor z) => x.addcmul_(y, z, One);

    /// <summary>x ← x + factor · y / z, element by element.</summary>
    public static Tensor PlusQuotient_(this Tensor x, Tensor y, Tensor z, double factor)
    {
        using Scalar scale = factor;
        return x.addcdiv_(y, z, scale);
    }

    /// <summary>x − number.</summary>
    public static Tensor Minus(this Tensor x, double number)
    {
        using Scalar term = number;
        return x.sub(term);
    }

    /// <inheritdoc cref="Minus(Tensor, double)"/>
    public static Tensor Minus(this Tensor x, long number)
    {
        using Scalar term = number;
        return x.sub(term);
    }

    /// <summary>x · factor.</summary>
    public static Tensor Times(this Tensor x, double factor)
    {
        using Scalar scale = factor;
        return x.mul(scale);
    }

    /// <inheritdoc cref="Times(Tensor, double)"/>
    public static Tensor Times(this Tensor x, long factor)
    {
        using Scalar scale = factor;
        return x.mul(scale);
    }

    /// <summary>x ← x · factor.</summary>
    public static Tensor Times_(this Tensor x, double factor)
    {
        using Scalar scale = factor;
        return x.mul_(scale);
    }

    /// <inheritdoc cref="Times_(Tensor, double)"/>
    public static Tensor Times_(this Tensor x, long factor)
    {
        using Scalar scale = factor;
        return x.mul_(scale);
    }

    /// <summary>x / divisor.</summary>
    public static Tensor Over(this Tensor x, double divisor)
    {
        using Scalar scale = divisor;
        return x.div(scale);
    }

    /// <summary>x ← x / divisor.</summary>
    public static Tensor Over_(this Tensor x, double divisor)
    {
        using Scalar scale = divisor;
        return x.div_(scale);
    }

    /// <inheritdoc cref="Over_(Tensor, double)"/>
    public static Tensor Over_(this Tensor x, long divisor)
    {
        using Scalar scale = divisor;
        return x.div_(scale);
    }

    /// <summary>x ← x modulo divisor, in [0, divisor).</summary>
    public static Tensor Modulo_(this Tensor x, long divisor)
    {
        using Scalar scale = divisor;
        return x.remainder_(scale);
    }

    /// <summary>x².</summary>
    public static Tensor Squared(this Tensor x)
    {
        using Scalar exponent = 2;
        return x.pow(exponent);
    }
}
