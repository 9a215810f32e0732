using Spectre.Console;
using Spectre.Console.Rendering;

namespace Distill.Pipeline.Progress;

/// <summary>Renders the live table of a running stage: headings and one row.</summary>
internal static class LiveTable
{
    private const int BarWidth = 12;

    /// <param name="stage">Name of the stage.</param>
    /// <param name="progress">Its last report; null before the first one.</param>
    /// <param name="waiting">Time without a first report.</param>
    public static IRenderable Create(string stage, StageProgress? progress, TimeSpan waiting = default)
    {
        var table = new Table().Border(TableBorder.None).AddColumn("stage").AddColumn("").AddColumn("step");
        var name = new Markup($"[bold]{Markup.Escape(stage)}[/]");
        if (progress is null)
        {
            return table.AddRow(name, Bar(0), new Text(waiting.TotalSeconds < 1 ? "starting" : $"starting, {Wording.Duration(waiting)}"));
        }

        foreach (var metric in progress.Metrics)
        {
            table.AddColumn(Markup.Escape(metric.Name));
        }

        return table.AddColumn("left").AddRow(
        [
            name,
            Bar(progress.Total == 0 ? 1 : (double)progress.Done / progress.Total),
            new Text($"{progress.Done}/{progress.Total}"),
            .. progress.Metrics.Select(metric => Cell(metric.Text)),
            Cell(progress.Remaining is { } time ? Wording.Duration(time) : null),
        ]);
    }

    private static Text Cell(string? text) => new(text ?? "–");

    private static Markup Bar(double fraction)
    {
        var full = (int)(BarWidth * Math.Clamp(fraction, 0, 1));
        return new Markup($"[green]{new string('━', full)}[/][gray]{new string('─', BarWidth - full)}[/]");
    }
}
