namespace Distill.Imaging.Evaluation.Probes;

/// <summary>Options of the logistic probe, whose L2 strength is swept.</summary>
/// <param name="Strengths">Values of λ to try, each larger than 0; see <see cref="SoftmaxRegression"/>.</param>
/// <param name="HeldOutShare">Fraction of each class that is held out to choose λ, if the caller names no images.</param>
/// <param name="Solver">Stopping criteria of the last fit.</param>
public sealed record LogisticProbeOptions(IReadOnlyList<double> Strengths, double HeldOutShare, LbfgsOptions Solver)
{
    /// <summary>Stopping criteria of the fits in the sweep. They stop early, since only their held-out accuracy matters.</summary>
    public LbfgsOptions Sweeping { get; init; } = new(100, 1e-4, 10);

    /// <summary>
    /// 45 strengths from 1e-6 to 1e5 at equal distances of their logarithms (SimCLR, appendix B.8, after Kornblith et al. 2019). A fifth
    /// is held out.
    /// </summary>
    public static readonly LogisticProbeOptions Default = new(Logarithmic(1e-6, 1e5, 45), 0.2, LbfgsOptions.Default);

    /// <summary>Returns numbers at equal distances of their logarithms.</summary>
    /// <param name="first">First number, larger than 0.</param>
    /// <param name="last">Last number, larger than 0.</param>
    /// <param name="count">Count of numbers, at least 2.</param>
    public static IReadOnlyList<double> Logarithmic(double first, double last, int count)
    {
        // Exponents of ten, so that integer powers are exact.
        var (low, high) = (Math.Log10(first), Math.Log10(last));
        return [.. Enumerable.Range(0, count).Select(i => Math.Pow(10, low + (high - low) * i / (count - 1)))];
    }
}
