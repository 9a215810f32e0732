using Distill.Report.Charts;

namespace Distill.Report;

/// <summary>A page with a grid of augmentations.</summary>
public static class AugmentationPage
{
    /// <summary>File name of the page.</summary>
    public const string Output = "grid.html";

    /// <summary>Creates the page, a file that loads nothing from elsewhere.</summary>
    /// <param name="title">Name of the pipeline.</param>
    /// <param name="operations">The operations.</param>
    /// <param name="top1">
    /// Accuracy in percent of the linear probe on held-out training images, by the first operation and the second one. An operation alone
    /// is on the diagonal. Null where it is not measured.
    /// </param>
    public static string Create(string title, IReadOnlyList<string> operations, double?[,] top1) => Page.Create(
        $"{title}: pairs of augmentations",
        "Accuracy of a linear probe on held-out training images, after a pretraining whose views have these operations.",
        [],
        [new Section("Grid", Html.Grid([GridChart.Create(operations, top1)]))]);
}
