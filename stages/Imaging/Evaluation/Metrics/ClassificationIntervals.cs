using Distill.Learning.Randomness;

namespace Distill.Imaging.Evaluation.Metrics;

/// <summary>
/// 95 % intervals over the images. They cover the choice of the test images, but not that of the training seed. Those of accuracies are
/// Wilson's, because a bootstrap of all right answers has no width. The calibration error has no closed form and is bootstrapped
/// (percentiles; Efron and Tibshirani 1993, chapter 13).
/// </summary>
/// <param name="Top1">Top-1 accuracy, in percent.</param>
/// <param name="Top5">Top-5 accuracy, in percent; null below six classes.</param>
/// <param name="MeanPerClass">Mean accuracy over the classes that occur, in percent.</param>
/// <param name="CalibrationError">
/// Expected calibration error, in [0, 1]. Noise increases it on average, so the interval may lie above the value of the sample.
/// </param>
public sealed record ClassificationIntervals(Interval Top1, Interval? Top5, Interval MeanPerClass, Interval CalibrationError)
{
    /// <summary>Description of the method for accuracies, for readers of the results.</summary>
    public const string OfAccuracies = "95 % Wilson score intervals over the images";

    /// <summary>Description of both methods.</summary>
    public const string Protocol = OfAccuracies + "; of the calibration error, bootstrap percentiles of 1,000 resamples";

    /// <summary>Computes the intervals.</summary>
    /// <param name="outcomes">Outcome of each image.</param>
    /// <param name="key">Key of the bootstrap's draws: the i-th image of resample r is <c>key.Fold(r).Below(i, N)</c>.</param>
    /// <param name="options">Number of resamples of the bootstrap, and its level.</param>
    public static ClassificationIntervals Compute(Outcomes outcomes, RandomKey key, BootstrapOptions options)
    {
        var tally = new Tally(outcomes).AddAll();
        return new ClassificationIntervals(
            Interval.Wilson(tally.Right, outcomes.Count),
            outcomes.Classes > Tally.TopPlaces ? Interval.Wilson(tally.WithinPlaces, outcomes.Count) : null,
            Interval.MeanOf([.. tally.PerClass.Where(proportion => proportion.Count > 0)]),
            Bootstrap(outcomes, key, options));
    }

    private static Interval Bootstrap(Outcomes outcomes, RandomKey key, BootstrapOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Resamples, 1);
        var errors = new double[options.Resamples];
        var tally = new Tally(outcomes);
        for (var resample = 0; resample < options.Resamples; resample++)
        {
            tally.Clear();
            var draws = key.Fold(resample);
            for (var i = 0; i < outcomes.Count; i++)
            {
                tally.Add(draws.Below(i, outcomes.Count));
            }

            errors[resample] = tally.CalibrationError;
        }

        return Interval.Central(errors, options.Level);
    }
}

/// <summary>Options of a bootstrap.</summary>
/// <param name="Resamples">Number of resamples, at least 1. Each draws as many images as there are, with replacement.</param>
/// <param name="Level">Percentage of the resamples inside an interval, in (0, 100).</param>
public sealed record BootstrapOptions(int Resamples, double Level)
{
    /// <summary>1,000 resamples and 95 %, as is usual.</summary>
    public static readonly BootstrapOptions Default = new(1000, 95);
}
