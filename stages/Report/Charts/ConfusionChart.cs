using System.Globalization;

namespace Distill.Report.Charts;

/// <summary>Creates the chart of a confusion matrix: one row per true class, one column per predicted class.</summary>
internal static class ConfusionChart
{
    /// <summary>Largest number of classes whose cells are large enough to read.</summary>
    public const int MaximumClasses = 40;

    // Up to this number of classes, cells show their counts.
    private const int MaximumClassesWithCounts = 12;
    private const int LongestName = 14;

    /// <summary>Creates the chart.</summary>
    /// <param name="classes">Class names, at most <see cref="MaximumClasses"/>.</param>
    /// <param name="counts">One row per true class.</param>
    public static string Create(IReadOnlyList<string> classes, IReadOnlyList<IReadOnlyList<long>> counts)
    {
        return MatrixChart.Create(
            "Confusion matrix",
            "predicted class",
            [.. classes.Select(name => Chart.Name(name, LongestName))],
            CellAt,
            "One row per true class, one column per predicted class. Darker cells are larger shares of the true class.");

        MatrixCell CellAt(int truth, int predicted)
        {
            var count = counts[truth][predicted];
            var share = (double)count / Math.Max(1, counts[truth].Sum());
            var isShown = classes.Count <= MaximumClassesWithCounts && count > 0;
            // The square root makes rare mistakes visible.
            return new MatrixCell(
                Math.Sqrt(share), truth == predicted ? 0 : 1, isShown ? count.ToString(CultureInfo.InvariantCulture) : "");
        }
    }
}
