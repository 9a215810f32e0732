namespace Distill.Imaging.Evaluation.Probes;

/// <summary>A linear probe by logistic regression whose L2 strength is swept.</summary>
/// <param name="Strengths">The λ to try, each larger than 0 (<see cref="SoftmaxRegression"/> says what λ multiplies).</param>
/// <param name="HeldOutShare">Share of each class that is held out to choose λ, where the caller names no images.</param>
/// <param name="Solver">When the last fit ends.</param>
public sealed record LogisticProbeOptions(IReadOnlyList<double> Strengths, double HeldOutShare, LbfgsOptions Solver)
{
    /// <summary>When each fit of the sweep ends: early, since only its held-out accuracy is looked at.</summary>
    public LbfgsOptions Sweeping { get; init; } = new(100, 1e-4, 10);

    /// <summary>
    /// 45 strengths from 1e-6 to 1e5, equally far apart in their logarithms (SimCLR, appendix B.8, after Kornblith et al. 2019); a
    /// fifth held out.
    /// </summary>
    public static readonly LogisticProbeOptions Default = new(Logarithmic(1e-6, 1e5, 45), 0.2, LbfgsOptions.Default);

    /// <summary>Numbers from one end to the other, neighbors in one ratio.</summary>
    /// <param name="first">Larger than 0.</param>
    /// <param name="last">Larger than 0.</param>
    /// <param name="count">At least 2.</param>
    public static IReadOnlyList<double> Logarithmic(double first, double last, int count)
    {
        // In exponents of ten, so that whole powers come out as such.
        var (low, high) = (Math.Log10(first), Math.Log10(last));
        return [.. Enumerable.Range(0, count).Select(i => Math.Pow(10, low + (high - low) * i / (count - 1)))];
    }
}
