using Distill.Learning.Randomness;

namespace Distill.Imaging.Evaluation.Metrics;

/// <summary>
/// Bootstrap percentile intervals over images (Efron and Tibshirani 1993, chapter 13). They tell what other test images of the same
/// kind might have given, and nothing of what other training seeds might.
/// </summary>
/// <param name="Top1">Of top-1 accuracy, in percent.</param>
/// <param name="Top5">Of top-5 accuracy, in percent; null below six classes.</param>
/// <param name="MeanPerClass">Of the mean of the classes' accuracies, over those that a resample holds, in percent.</param>
/// <param name="CalibrationError">Of the expected calibration error, of [0, 1]. Noise makes that error larger, never smaller on
/// average, so a resample's exceeds the sample's, and the interval may lie above it.</param>
public sealed record ClassificationIntervals(Interval Top1, Interval? Top5, Interval MeanPerClass, Interval CalibrationError)
{
    /// <summary>The method that the intervals were computed with, for readers of the results.</summary>
    public const string Protocol = "95 % bootstrap percentiles over the images, 1,000 resamples";

    /// <param name="outcomes">The images.</param>
    /// <param name="key">Resample r takes the image numbered <c>key.Fold(r).Below(i, N)</c> as its i-th.</param>
    /// <param name="options">Number of resamples and level.</param>
    public static ClassificationIntervals Of(Outcomes outcomes, RandomKey key, BootstrapOptions options)
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
            Interval.Middle(top1, options.Level),
            top5[0] is null ? null : Interval.Middle(top5.Select(percent => percent!.Value), options.Level),
            Interval.Middle(meanPerClass, options.Level),
            Interval.Middle(calibrationError, options.Level));
    }
}
