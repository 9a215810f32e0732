using Distill.Learning.Randomness;

namespace Distill.Imaging.Evaluation.Metrics;

/// <summary>
/// Bootstrap percentile intervals over images (Efron and Tibshirani 1993, chapter 13). They cover the choice of the test images, but not
/// that of the training seed.
/// </summary>
/// <param name="Top1">Top-1 accuracy, in percent.</param>
/// <param name="Top5">Top-5 accuracy, in percent; null below six classes.</param>
/// <param name="MeanPerClass">Mean accuracy over the classes in a resample, in percent.</param>
/// <param name="CalibrationError">
/// Expected calibration error, in [0, 1]. Noise increases it on average, so the interval may lie above the value of the sample.
/// </param>
public sealed record ClassificationIntervals(Interval Top1, Interval? Top5, Interval MeanPerClass, Interval CalibrationError)
{
    /// <summary>Description of the method, for readers of the results.</summary>
    public const string Protocol = "95 % bootstrap percentiles over the images, 1,000 resamples";

    /// <summary>Computes intervals from resamples of the images.</summary>
    /// <param name="outcomes">Outcome of each image.</param>
    /// <param name="key">Key of the draws: the i-th image of resample r is <c>key.Fold(r).Below(i, N)</c>.</param>
    /// <param name="options">Number of resamples, and level.</param>
    public static ClassificationIntervals Bootstrap(Outcomes outcomes, RandomKey key, BootstrapOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Resamples, 1);
        var (top1, top5) = (new double[options.Resamples], new double?[options.Resamples]);
        var (meanPerClass, calibrationError) = (new double[options.Resamples], new double[options.Resamples]);
        var tally = new Tally(outcomes);
        for (var resample = 0; resample < options.Resamples; resample++)
        {
            tally.Clear();
            var draws = key.Fold(resample);
            for (var i = 0; i < outcomes.Count; i++)
            {
                tally.Add(draws.Below(i, outcomes.Count));
            }

            (top1[resample], top5[resample]) = (tally.Top1, tally.Top5);
            (meanPerClass[resample], calibrationError[resample]) = (tally.MeanPerClass, tally.CalibrationError);
        }

        return new ClassificationIntervals(
            Interval.Central(top1, options.Level),
            top5[0] is null ? null : Interval.Central(top5.Select(percent => percent!.Value), options.Level),
            Interval.Central(meanPerClass, options.Level),
            Interval.Central(calibrationError, options.Level));
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
