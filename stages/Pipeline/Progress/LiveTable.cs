using Spectre.Console;
using Spectre.Console.Rendering;

namespace Distill.Pipeline.Progress;

/// <summary>The live table of a running stage: one row under its heads.</summary>
internal static class LiveTable
{
    private const int BarWidth = 12;

    public static IRenderable Of(string stage, TrainingProgress? at)
    {
        var table = new Table().Border(TableBorder.None)
            .AddColumn("stage").AddColumn("").AddColumn("step").AddColumn("epoch")
            .AddColumn("images/s").AddColumn("loss").AddColumn("kNN").AddColumn("left");
        return at is null
            ? table.AddRow(new Markup($"[bold]{Markup.Escape(stage)}[/]"), Bar(0), new Text("starting"))
            : table.AddRow(
                new Markup($"[bold]{Markup.Escape(stage)}[/]"),
                Bar(at.Steps == 0 ? 1 : (double)at.Step / at.Steps),
                new Text($"{at.Step}/{at.Steps}"),
                new Text(Wording.Epoch(at) ?? "–"),
                new Text(Wording.Speed(at) ?? "–"),
                new Text(Wording.Loss(at) ?? "–"),
                new Text(Wording.Knn(at) ?? "–"),
                new Text(Wording.Remaining(at) ?? "–"));
    }

    private static Markup Bar(double fraction)
    {
        var full = (int)(BarWidth * Math.Clamp(fraction, 0, 1));
        return new Markup($"[green]{new string('━', full)}[/][gray]{new string('─', BarWidth - full)}[/]");
    }
}
