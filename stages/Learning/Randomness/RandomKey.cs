using System.Text;

namespace Distill.Learning.Randomness;

/// <summary>
/// Counter-based random numbers: every number is a pure function of its coordinates, such as
/// (seed, stage, epoch, image, view), and never of the order in which numbers were asked for. A run that
/// was cut and resumed therefore draws exactly what an uncut run draws, with no generator state to save.
/// </summary>
/// <remarks>
/// A key is folded with one coordinate after the other by the finalizer of SplitMix64 (Steele, Lea and
/// Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014), which is also the block function.
/// </remarks>
public readonly record struct RandomKey
{
    internal const ulong GoldenGamma = 0x9E3779B97F4A7C15;
    internal const ulong FirstMultiplier = 0xBF58476D1CE4E5B9;
    internal const ulong SecondMultiplier = 0x94D049BB133111EB;

    private readonly ulong _state;

    private RandomKey(ulong state) => _state = state;

    /// <summary>What every draw of the key follows from, for those who draw many at once.</summary>
    internal ulong State => _state;

    public static RandomKey FromSeed(long seed) => new(Mix((ulong)seed + GoldenGamma));

    /// <summary>The key of a named part of the run, such as a stage. Equal on every machine.</summary>
    public RandomKey Fold(string name)
    {
        var state = _state;
        foreach (var octet in Encoding.UTF8.GetBytes(name))
        {
            state = Mix((state ^ octet) + GoldenGamma);
        }

        return new RandomKey(Mix(state + GoldenGamma));
    }

    /// <summary>The key of one coordinate: an epoch, an image, a view.</summary>
    public RandomKey Fold(long coordinate) => new(Mix(Mix(_state + GoldenGamma) ^ Mix((ulong)coordinate + GoldenGamma)));

    /// <summary>64 random bits, draw number <paramref name="draw"/> of this key.</summary>
    public ulong Bits(int draw) => Mix(_state + ((ulong)(uint)draw + 1) * GoldenGamma);

    /// <summary>A number of [0, 1), a multiple of 2⁻⁵³.</summary>
    public double Uniform(int draw) => (Bits(draw) >> 11) * (1.0 / (1UL << 53));

    /// <summary>A number of [<paramref name="low"/>, <paramref name="high"/>).</summary>
    public double Uniform(int draw, double low, double high) => low + (high - low) * Uniform(draw);

    /// <summary>A standard normal number (Box–Muller over two draws derived from this one).</summary>
    public double Normal(int draw)
    {
        var pair = Fold(draw);
        return Math.Sqrt(-2 * Math.Log(1 - pair.Uniform(0))) * Math.Cos(2 * Math.PI * pair.Uniform(1));
    }

    /// <summary>An integer of [0, <paramref name="count"/>), without modulo bias worth the name (count ≪ 2⁶⁴).</summary>
    public int Below(int draw, int count) => (int)Math.BigMul(Bits(draw), (ulong)count, out _);

    /// <summary>A permutation of 0 … count−1 (Fisher–Yates).</summary>
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

    /// <summary>A generator of libtorch on the CPU that starts from this key, for initial weights.</summary>
    public TorchSharp.torch.Generator Generator() => new(_state);

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * FirstMultiplier;
        z = (z ^ (z >> 27)) * SecondMultiplier;
        return z ^ (z >> 31);
    }
}
