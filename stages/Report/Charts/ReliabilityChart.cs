using System.Text.Json.Nodes;
using OxyPlot;
using OxyPlot.Series;

namespace Distill.Report.Charts;

/// <summary>
/// Creates the reliability diagram: accuracy by confidence. Perfect calibration is the diagonal (Guo et al. 2017, figure 1).
/// </summary>
internal static class ReliabilityChart
{
    /// <summary>Creates the chart.</summary>
    /// <param name="bins">The bins in results-details.json.</param>
    /// <param name="error">Expected calibration error in [0, 1].</param>
    public static string Create(JsonArray bins, double error)
    {
        var model = Chart.WithAxes("confidence");
        foreach (var axis in model.Axes)
        {
            (axis.Minimum, axis.Maximum) = (0, 1);
        }

        var bars = new RectangleBarSeries { StrokeThickness = 1, StrokeColor = Theme.Grid, Title = "accuracy" };
        foreach (var bin in bins.Where(bin => bin!["accuracy"] is not null))
        {
            var (low, high) = (bin!["low"]!.GetValue<double>(), bin["high"]!.GetValue<double>());
            bars.Items.Add(new RectangleBarItem(low, 0, high, bin["accuracy"]!.GetValue<double>())
            {
                Color = OxyColor.FromAColor(170, Theme.Hue(0)),
            });
        }

        var diagonal = new LineSeries
        {
            Color = Theme.Hue(1),
            StrokeThickness = 1.5,
            LineStyle = LineStyle.Dash,
            Title = "perfect calibration",
        };
        diagonal.Points.AddRange([new DataPoint(0, 0), new DataPoint(1, 1)]);
        model.Series.Add(bars);
        model.Series.Add(diagonal);
        return model.ToFigure(
            "Reliability: accuracy by confidence",
            FormattableString.Invariant($"Expected calibration error {error:0.0000} in {bins.Count} bins, at temperature 1. ")
            + "Bars below the line: overconfident.");
    }
}
