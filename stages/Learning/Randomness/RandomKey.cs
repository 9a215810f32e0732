using System.Text;

namespace Distill.Learning.Randomness;

/// <summary>
/// A key of counter-based random numbers. Every number is a pure function of its coordinates, such as (seed, stage, epoch, image, view),
/// and not of the order of draws. A resumed run therefore draws the same numbers as an uninterrupted run, without a generator state to
/// save.
/// </summary>
/// <remarks>
/// Coordinates are folded into a key one after the other, with the finalizer of SplitMix64 (Steele, Lea and Flood, "Fast splittable
/// pseudorandom number generators", OOPSLA 2014), which also computes the draws.
/// </remarks>
public readonly record struct RandomKey
{
    internal const ulong GoldenGamma = 0x9E3779B97F4A7C15;
    internal const ulong FirstMultiplier = 0xBF58476D1CE4E5B9;
    internal const ulong SecondMultiplier = 0x94D049BB133111EB;

    private readonly ulong _state;

    private RandomKey(ulong state) => _state = state;

    /// <summary>The state that determines every draw of the key, for code that draws many at once.</summary>
    internal ulong State => _state;

    public static RandomKey FromSeed(long seed) => new(Mix((ulong)seed + GoldenGamma));

    /// <summary>Returns the key of a named part of the run, such as a stage. It is the same on every machine.</summary>
    public RandomKey Fold(string name)
    {
        var state = _state;
        foreach (var octet in Encoding.UTF8.GetBytes(name))
        {
            state = Mix((state ^ octet) + GoldenGamma);
        }

        return new RandomKey(Mix(state + GoldenGamma));
    }

    /// <summary>Returns the key of a coordinate, such as an epoch, an image or a view.</summary>
    public RandomKey Fold(long coordinate) => new(Mix(Mix(_state + GoldenGamma) ^ Mix((ulong)coordinate + GoldenGamma)));

    /// <summary>Draws 64 random bits, number <paramref name="draw"/> of this key.</summary>
    public ulong Bits(int draw) => Mix(_state + ((ulong)(uint)draw + 1) * GoldenGamma);

    /// <summary>Draws a number in [0, 1), a multiple of 2⁻⁵³.</summary>
    public double Uniform(int draw) => (Bits(draw) >> 11) * (1.0 / (1UL << 53));

    /// <summary>Draws a number in [<paramref name="low"/>, <paramref name="high"/>).</summary>
    public double Uniform(int draw, double low, double high) => low + (high - low) * Uniform(draw);

    /// <summary>Draws a standard normal number (Box–Muller, from two draws of a derived key).</summary>
    public double Normal(int draw)
    {
        var pair = Fold(draw);
        return Math.Sqrt(-2 * Math.Log(1 - pair.Uniform(0))) * Math.Cos(2 * Math.PI * pair.Uniform(1));
    }

    /// <summary>Draws an integer in [0, <paramref name="count"/>). The modulo bias is negligible, because count ≪ 2⁶⁴.</summary>
    public int Below(int draw, int count) => (int)Math.BigMul(Bits(draw), (ulong)count, out _);

    /// <summary>Draws a permutation of 0 … count−1 (Fisher–Yates).</summary>
    public int[] Permutation(int count)
    {
        var order = new int[count];
        for (var i = 0; i < count; i++)
        {
            order[i] = i;
        }

        for (var i = count - 1; i > 0; i--)
        {
            var j = Below(i, i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }

    /// <summary>Creates a CPU generator of libtorch that starts from this key, for initial weights.</summary>
    public TorchSharp.torch.Generator Generator() => new(_state);

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * FirstMultiplier;
        z = (z ^ (z >> 27)) * SecondMultiplier;
        return z ^ (z >> 31);
    }
}
