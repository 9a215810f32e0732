using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace Distill.Report.Charts;

/// <summary>Creates scatter charts.</summary>
internal static class PointChart
{
    private const double MegaByte = 1e6;
    private const int LongestName = 24;

    /// <summary>Creates a map of images in a plane, with one color per class.</summary>
    /// <param name="groups">Name and image positions of each class.</param>
    /// <param name="caption">A description of the plane.</param>
    public static string Map(IEnumerable<(string Name, IReadOnlyList<(double X, double Y)> Points)> groups, string caption)
    {
        var model = Chart.WithAxes("first component");
        foreach (var ((name, points), number) in groups.Select((group, number) => (group, number)))
        {
            var series = new ScatterSeries
            {
                Title = Chart.Name(name, LongestName),
                MarkerType = MarkerType.Circle,
                MarkerSize = 1.7,
                MarkerFill = OxyColor.FromAColor(170, Theme.Hue(number)),
            };
            series.Points.AddRange(points.Select(point => new ScatterPoint(point.X, point.Y)));
            model.Series.Add(series);
        }

        return model.ToFigure("Embedding map", caption, height: 400);
    }

    /// <summary>Creates a chart of accuracy by file size, with a name at each point.</summary>
    public static string Sizes(IReadOnlyList<(string Name, double Bytes, double Top1)> models)
    {
        var model = Chart.Bare();
        model.Axes.Add(Chart.Styled(new LogarithmicAxis
        {
            Position = AxisPosition.Bottom,
            Title = "MB",
            MinimumPadding = 0.15,
            MaximumPadding = 0.5,
        }));
        model.Axes.Add(Chart.Styled(new LinearAxis { Position = AxisPosition.Left, MinimumPadding = 0.1, MaximumPadding = 0.15 }));
        foreach (var ((name, bytes, top1), number) in models.Select((entry, number) => (entry, number)))
        {
            var series = new ScatterSeries { MarkerType = MarkerType.Circle, MarkerSize = 5, MarkerFill = Theme.Hue(number) };
            series.Points.Add(new ScatterPoint(bytes / MegaByte, top1));
            model.Series.Add(series);
            model.Annotations.Add(new TextAnnotation
            {
                Text = name,
                TextPosition = new DataPoint(bytes / MegaByte, top1),
                Offset = new ScreenVector(8, -4),
                TextHorizontalAlignment = HorizontalAlignment.Left,
                StrokeThickness = 0,
                TextColor = Theme.Ink,
                FontSize = 11,
            });
        }

        return model.ToFigure("Top-1 (%) by file size", "Weights of all networks, and the other formats of the published student.");
    }
}
