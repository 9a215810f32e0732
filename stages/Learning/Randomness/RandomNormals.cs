using Distill.Learning.Arithmetic;
using static TorchSharp.torch;

namespace Distill.Learning.Randomness;

/// <summary>
/// Draws many standard normal numbers from many keys at once, on any device. A row is a function of its key only: no generator has a
/// state, and a row does not depend on its neighbors.
/// </summary>
public static class RandomNormals
{
    // Single precision holds 24 bits.
    private const int Bits = 24;

    /// <summary>
    /// Draws rows of numbers by Box–Muller from <see cref="RandomKey.Bits"/>: draws 0 … half − 1 give radii, and the next half give angles,
    /// where half is <paramref name="count"/> / 2, rounded up. No number is outside ±5.8.
    /// </summary>
    /// <param name="keys">One key per row.</param>
    /// <param name="count">Numbers per row.</param>
    /// <param name="device">The device to compute on.</param>
    /// <returns>[keys, count], floats.</returns>
    public static Tensor Draw(ReadOnlySpan<RandomKey> keys, int count, Device device)
    {
        using var scope = NewDisposeScope();
        var half = (count + 1) / 2;
        var uniform = Uniforms(keys, 2 * half, device);
        // 1 − u is in (0, 1], so that its logarithm is finite.
        var radius = uniform.narrow(1, 0, half).neg().Plus_(1).log_().Times_(-2).sqrt_();
        var angle = uniform.narrow(1, half, half).Times(2 * Math.PI);
        return cat([angle.cos().mul_(radius), angle.sin().mul_(radius)], 1).narrow(1, 0, count).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>Computes the upper bits of draws 0 … count − 1 of each key, as numbers in [0, 1).</summary>
    private static Tensor Uniforms(ReadOnlySpan<RandomKey> keys, int count, Device device)
    {
        var states = new long[keys.Length];
        for (var i = 0; i < keys.Length; i++)
        {
            states[i] = unchecked((long)keys[i].State);
        }

        var draw_D = NewTensors.Range(1, count + 1, device).Times_(unchecked((long)RandomKey.GoldenGamma));
        var z = tensor(states, [states.Length, 1]).OnDevice(device).Plus(draw_D);
        XorShifted(z, 30).Times_(unchecked((long)RandomKey.FirstMultiplier));
        XorShifted(z, 27).Times_(unchecked((long)RandomKey.SecondMultiplier));
        XorShifted(z, 31);
        return Shifted(z, 64 - Bits).to_type(ScalarType.Float32).Times_(1.0 / (1 << Bits));
    }

    private static Tensor XorShifted(Tensor z, int bits)
    {
        using var shifted = Shifted(z, bits);
        return z.bitwise_xor_(shifted);
    }

    /// <summary>Shifts right and fills with zeros. libtorch's integers are signed, and its own shift repeats the sign.</summary>
    private static Tensor Shifted(Tensor z, int bits) =>
        z.bitwise_right_shift(tensor((long)bits)).bitwise_and_(tensor((1L << (64 - bits)) - 1));
}
