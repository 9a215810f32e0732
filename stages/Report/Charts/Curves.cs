using System.Text.Json.Nodes;
using Distill.Pipeline.Progress;
using OxyPlot;
using OxyPlot.Series;

namespace Distill.Report.Charts;

/// <summary>The log of a training stage, as charts.</summary>
/// <param name="Stage">Name of the stage.</param>
/// <param name="Readings">Lines of its metrics.jsonl.</param>
internal sealed record Curves(string Stage, IReadOnlyList<JsonObject> Readings)
{
    private const double LineWidth = 1.8;

    /// <summary>Reads the log of a stage; a missing log is empty.</summary>
    public static Curves Read(string modelsFolder, string stage) =>
        new(stage, MetricsLog.Read(Path.Combine(modelsFolder, stage, MetricsLog.FileName)));

    /// <summary>Returns whether the stage logged this metric.</summary>
    public bool Has(string metric) => Readings.Any(reading => Value(reading, metric) is not null);

    /// <summary>Creates a chart of metrics of one stage by step.</summary>
    public string Chart(string title, params IReadOnlyList<(string Metric, string Name)> metrics)
    {
        var model = Charts.Chart.WithAxes("step");
        foreach (var ((metric, name), number) in metrics.Select((metric, number) => (metric, number)))
        {
            model.Series.Add(Line(name, number, Points(metric, step => step)));
        }

        return model.ToFigure(title);
    }

    /// <summary>Creates a chart of one metric of several stages, by the percentage of their steps.</summary>
    public static string Together(IEnumerable<Curves> stages, string title, string metric)
    {
        var model = Charts.Chart.WithAxes("steps done (%)");
        foreach (var (stage, number) in stages.Select((stage, number) => (stage, number)))
        {
            var last = stage.Readings.Max(reading => Value(reading, "step")) ?? 1;
            model.Series.Add(Line(stage.Stage, number, stage.Points(metric, step => 100 * step / last)));
        }

        return model.ToFigure(title);
    }

    private static LineSeries Line(string name, int number, IEnumerable<DataPoint> points)
    {
        var line = new LineSeries { Title = name, Color = Theme.Hue(number), StrokeThickness = LineWidth };
        line.Points.AddRange(points);
        return line;
    }

    private IEnumerable<DataPoint> Points(string metric, Func<double, double> x) =>
        from reading in Readings
        let step = Value(reading, "step")
        let value = Value(reading, metric)
        where step is not null && value is not null
        select new DataPoint(x(step.Value), value.Value);

    private static double? Value(JsonObject reading, string metric) =>
        reading[metric] is JsonValue value && value.TryGetValue(out double number) ? number : null;
}
