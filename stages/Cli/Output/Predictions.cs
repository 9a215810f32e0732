using System.Globalization;
using Spectre.Console;

namespace Distill.Cli.Output;

/// <summary>What a model makes of images: a table on a terminal, a line an image in a pipe.</summary>
/// <param name="labels">The classes.</param>
/// <param name="top">How many to say of each image.</param>
internal sealed class Predictions(IReadOnlyList<string> labels, int top)
{
    /// <summary>The likeliest classes, falling.</summary>
    public IReadOnlyList<int> Best(float[] probabilities) =>
        [.. Enumerable.Range(0, probabilities.Length).OrderByDescending(label => probabilities[label]).Take(top)];

    public void Write(IReadOnlyList<(string Path, float[] Probabilities)> images)
    {
        if (Console.IsOutputRedirected)
        {
            foreach (var (path, probabilities) in images)
            {
                Console.Out.WriteLine($"{path}: {string.Join(", ", Best(probabilities).Select(label => $"{labels[label]} ({Percent(probabilities[label])})"))}");
            }

            return;
        }

        var table = new Table().Border(TableBorder.Rounded).AddColumn("image");
        foreach (var place in Enumerable.Range(1, top))
        {
            table.AddColumn(place == 1 ? "most likely" : string.Create(CultureInfo.InvariantCulture, $"{place}."));
            table.AddColumn("");
            table.Columns[^1].RightAligned().NoWrap();
        }

        foreach (var (path, probabilities) in images)
        {
            table.AddRow([path.EscapeMarkup(), .. Best(probabilities).SelectMany(label => new[] { labels[label].EscapeMarkup(), Percent(probabilities[label]) })]);
        }

        AnsiConsole.Write(table);
    }

    private static string Percent(float probability) => string.Create(CultureInfo.InvariantCulture, $"{100 * probability:0.0} %");
}
