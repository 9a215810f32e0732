using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace Distill.Report.Charts;

/// <summary>Creates bar charts.</summary>
internal static class BarChart
{
    // In units of the SVG.
    private const int RowHeight = 26;
    private const int AxisHeight = 70;

    /// <summary>Creates a chart with one horizontal bar per name, from top to bottom.</summary>
    public static string Create(string title, string unit, IReadOnlyList<(string Name, double Value)> bars, string caption = "")
    {
        var model = Chart.Bare();
        var names = Chart.Styled(new CategoryAxis { Position = AxisPosition.Left, StartPosition = 1, EndPosition = 0 });
        names.MajorGridlineStyle = LineStyle.None;
        names.Labels.AddRange(bars.Select(bar => bar.Name));
        model.Axes.Add(names);
        model.Axes.Add(Chart.Styled(new LinearAxis { Position = AxisPosition.Bottom, Title = unit, Minimum = 0 }));
        var series = new BarSeries
        {
            FillColor = Theme.Hue(0),
            StrokeThickness = 0,
            LabelPlacement = LabelPlacement.Outside,
            LabelFormatString = "{0:0.#}",
            TextColor = Theme.Ink,
        };
        series.Items.AddRange(bars.Select(bar => new BarItem(bar.Value)));
        model.Series.Add(series);
        return model
            .WithRoomFor(bars.Select(bar => bar.Name), Chart.TextSize)
            .ToFigure(title, caption, AxisHeight + (RowHeight * bars.Count));
    }

    /// <summary>Creates a histogram of values in [0, 1], with bins of equal width, in percent of the values.</summary>
    public static string Histogram(string title, string x, IReadOnlyList<double> values, int parts, string caption)
    {
        var counts = new int[parts];
        foreach (var value in values)
        {
            counts[Math.Clamp((int)(value * parts), 0, parts - 1)]++;
        }

        var model = Chart.WithAxes(x);
        (model.Axes[0].Minimum, model.Axes[0].Maximum, model.Axes[1].Minimum) = (0, 1, 0);
        var bars = new RectangleBarSeries { FillColor = Theme.Hue(0), StrokeColor = Theme.Grid, StrokeThickness = 1 };
        for (var part = 0; part < parts; part++)
        {
            var percent = 100.0 * counts[part] / Math.Max(1, values.Count);
            bars.Items.Add(new RectangleBarItem((double)part / parts, 0, (part + 1.0) / parts, percent));
        }

        model.Series.Add(bars);
        return model.ToFigure(title, caption);
    }
}
