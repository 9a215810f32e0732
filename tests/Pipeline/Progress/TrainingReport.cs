using Distill.Pipeline.Progress;

namespace Tests.Pipeline.Progress;

/// <summary>Progress with the metrics of a training.</summary>
internal static class TrainingReport
{
    public static StageProgress Create(
        long step,
        long steps,
        double? epoch,
        double? imagesPerSecond,
        double? loss = null,
        double? knn = null,
        double? secondsLeft = null) =>
        new(step, steps)
        {
            Metrics =
            [
                new ProgressMetric("epoch", epoch, "0.00"),
                ProgressMetric.OfRate(imagesPerSecond),
                new ProgressMetric("loss", loss, "0.0000"),
                new ProgressMetric("kNN", knn, "0.0 '%'"),
            ],
            Remaining = secondsLeft is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        };
}
