using Distill.Cli.Planning;
using Distill.Datasets.Encoded;
using Distill.Datasets.Images;
using Distill.Imaging.Splits;

namespace Distill.Cli.Checks;

/// <summary>What the checks look at: a pipeline and the splits of its dataset.</summary>
/// <param name="Options">The pipeline.</param>
/// <param name="Train">Report on the training split; null if it cannot be read.</param>
/// <param name="Test">Report on the test split; null if it cannot be read.</param>
/// <param name="Labels">The labeled training images; null if they cannot be drawn.</param>
internal sealed record CheckedData(PipelineOptions Options, SplitReport? Train, SplitReport? Test, LabelSplit? Labels)
{
    /// <summary>The splits that can be read.</summary>
    public IReadOnlyList<SplitReport> Splits => [.. new[] { Train, Test }.OfType<SplitReport>()];

    /// <summary>The splits with images that can be used, and these images.</summary>
    public IReadOnlyList<(SplitReport Report, ImageSet Images)> Usable =>
        [.. Splits.Where(report => report.Images is not null).Select(report => (report, report.Images!))];
}
