using System.Globalization;
using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace Distill.Report.Charts;

/// <summary>How often images of a class (a row) were taken for another (a column).</summary>
internal static class ConfusionChart
{
    /// <summary>More are too small to tell apart.</summary>
    public const int MostClasses = 40;

    private const int MostCounts = 12;
    private const int LongestName = 14;
    private const int NameSize = 11;
    private const int Side = 400;

    /// <param name="classes">Names, of <see cref="MostClasses"/> at most.</param>
    /// <param name="counts">A row a true class.</param>
    public static string Of(IReadOnlyList<string> classes, IReadOnlyList<IReadOnlyList<long>> counts)
    {
        var model = Chart.Bare();
        string[] names = [.. classes.Select(name => Chart.Name(name, LongestName))];
        model.Axes.Add(Names(AxisPosition.Bottom, "predicted class", names, angle: -60));
        model.Axes.Add(Names(AxisPosition.Left, "", names, angle: 0));
        var cells = new RectangleBarSeries { StrokeThickness = 0 };
        for (var truth = 0; truth < classes.Count; truth++)
        {
            var all = Math.Max(1, counts[truth].Sum());
            for (var guess = 0; guess < classes.Count; guess++)
            {
                var (share, count) = ((double)counts[truth][guess] / all, counts[truth][guess]);
                cells.Items.Add(new RectangleBarItem(guess - 0.5, truth - 0.5, guess + 0.5, truth + 0.5)
                {
                    // The root, so that rare mistakes show.
                    Color = OxyColor.FromAColor((byte)(200 * Math.Sqrt(share)), Theme.Hue(truth == guess ? 0 : 1)),
                });
                if (classes.Count <= MostCounts && count > 0)
                {
                    model.Annotations.Add(new TextAnnotation
                    {
                        Text = count.ToString(CultureInfo.InvariantCulture),
                        TextPosition = new DataPoint(guess, truth),
                        TextVerticalAlignment = VerticalAlignment.Middle,
                        StrokeThickness = 0,
                        FontSize = 10,
                        TextColor = Theme.Ink,
                    });
                }
            }
        }

        model.Series.Add(cells);
        return model.WithRoomFor(names, NameSize).ToFigure("Confusion matrix", "One row per true class, one column per predicted class. Darker cells are larger shares of the true class.", Side);
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
