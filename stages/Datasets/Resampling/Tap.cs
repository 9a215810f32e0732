namespace Distill.Datasets.Resampling;

/// <summary>The weights with which neighboring inputs, from <paramref name="First"/> on, make one output.</summary>
internal readonly record struct Tap(int First, float[] Weights)
{
    /// <summary>One past the last input.</summary>
    public int End => First + Weights.Length;
}
