namespace Distill.Imaging.Evaluation.Metrics;

/// <summary>How a bootstrap draws and what it reports.</summary>
/// <param name="Resamples">How often as many images are drawn anew, with replacement; at least 1.</param>
/// <param name="Level">Percent of the resamples that an interval holds, of (0, 100).</param>
public sealed record BootstrapOptions(int Resamples, double Level)
{
    /// <summary>1,000 resamples and 95 %, the field's usual.</summary>
    public static readonly BootstrapOptions Default = new(1000, 95);
}
