using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace Distill.Report.Charts;

/// <summary>Creates charts of accuracy by the number of labels, on a logarithmic axis.</summary>
internal static class LabelChart
{
    /// <summary>Creates the chart, with a line per method.</summary>
    public static string Create(IEnumerable<(string Name, IReadOnlyList<(double Labels, double Top1)> Points)> methods)
    {
        var model = Chart.Bare();
        var labels = Chart.Styled(new LogarithmicAxis { Position = AxisPosition.Bottom, Title = "labels" });
        labels.MinorGridlineStyle = LineStyle.None;
        model.Axes.Add(labels);
        model.Axes.Add(Chart.Styled(new LinearAxis { Position = AxisPosition.Left }));
        foreach (var ((name, points), number) in methods.Select((method, number) => (method, number)))
        {
            var line = new LineSeries
            {
                Title = name,
                Color = Theme.Hue(number),
                StrokeThickness = 1.8,
                // After all colors, the same ones come again with another mark.
                LineStyle = number < Theme.Hues ? LineStyle.Solid : LineStyle.Dash,
                MarkerType = number < Theme.Hues ? MarkerType.Circle : MarkerType.Square,
                MarkerFill = Theme.Hue(number),
                MarkerSize = 3,
            };
            line.Points.AddRange(points.Select(point => new DataPoint(point.Labels, point.Top1)));
            model.Series.Add(line);
        }

        return model.ToFigure("Top-1 (%) by number of labels", height: 400);
    }
}
