using System.Globalization;
using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace Distill.Report.Charts;

/// <summary>Creates the chart of a confusion matrix: one row per true class, one column per predicted class.</summary>
internal static class ConfusionChart
{
    /// <summary>Largest number of classes whose cells are large enough to read.</summary>
    public const int MaximumClasses = 40;

    // Up to this number of classes, cells show their counts.
    private const int MaximumClassesWithCounts = 12;
    private const int LongestName = 14;
    private const int NameSize = 11;
    private const int Side = 400;

    /// <summary>Creates the chart.</summary>
    /// <param name="classes">Class names, at most <see cref="MaximumClasses"/>.</param>
    /// <param name="counts">One row per true class.</param>
    public static string Create(IReadOnlyList<string> classes, IReadOnlyList<IReadOnlyList<long>> counts)
    {
        var model = Chart.Bare();
        string[] names = [.. classes.Select(name => Chart.Name(name, LongestName))];
        model.Axes.Add(Names(AxisPosition.Bottom, "predicted class", names, angle: -60));
        model.Axes.Add(Names(AxisPosition.Left, "", names, angle: 0));
        var cells = new RectangleBarSeries { StrokeThickness = 0 };
        for (var truth = 0; truth < classes.Count; truth++)
        {
            var all = Math.Max(1, counts[truth].Sum());
            for (var predicted = 0; predicted < classes.Count; predicted++)
            {
                var count = counts[truth][predicted];
                var share = (double)count / all;
                cells.Items.Add(new RectangleBarItem(predicted - 0.5, truth - 0.5, predicted + 0.5, truth + 0.5)
                {
                    // The square root makes rare mistakes visible.
                    Color = OxyColor.FromAColor((byte)(200 * Math.Sqrt(share)), Theme.Hue(truth == predicted ? 0 : 1)),
                });
                if (classes.Count <= MaximumClassesWithCounts && count > 0)
                {
                    model.Annotations.Add(new TextAnnotation
                    {
                        Text = count.ToString(CultureInfo.InvariantCulture),
                        TextPosition = new DataPoint(predicted, truth),
                        TextVerticalAlignment = VerticalAlignment.Middle,
                        StrokeThickness = 0,
                        FontSize = 10,
                        TextColor = Theme.Ink,
                    });
                }
            }
        }

        model.Series.Add(cells);
        return model.WithRoomFor(names, NameSize).ToFigure(
            "Confusion matrix",
            "One row per true class, one column per predicted class. Darker cells are larger shares of the true class.",
            Side);
    }

    private static CategoryAxis Names(AxisPosition position, string title, string[] names, double angle)
    {
        var axis = Chart.Styled(new CategoryAxis { Position = position, Title = title, Angle = angle, FontSize = NameSize, GapWidth = 0 });
        if (position == AxisPosition.Left)
        {
            (axis.StartPosition, axis.EndPosition) = (1, 0);
        }

        (axis.MajorGridlineStyle, axis.Key) = (LineStyle.None, position.ToString());
        axis.Labels.AddRange(names);
        return axis;
    }
}
