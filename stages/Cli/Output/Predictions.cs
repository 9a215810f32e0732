using System.Globalization;
using Distill.Pipeline.Progress;
using Spectre.Console;

namespace Distill.Cli.Output;

/// <summary>The output of a model for images: a table on a terminal, one line per image in a pipe.</summary>
/// <param name="labels">Names of the classes.</param>
/// <param name="top">Number of classes to print per image.</param>
internal sealed class Predictions(IReadOnlyList<string> labels, int top)
{
    /// <summary>Returns the numbers of the most likely classes, the most likely first.</summary>
    public IReadOnlyList<int> Best(float[] probabilities) =>
        [.. Enumerable.Range(0, probabilities.Length).OrderByDescending(label => probabilities[label]).Take(top)];

    public void Write(IReadOnlyList<(string Path, float[] Probabilities)> images)
    {
        if (Console.IsOutputRedirected)
        {
            foreach (var (path, probabilities) in images)
            {
                var classes = Best(probabilities).Select(label => $"{OneLine.Of(labels[label])} ({Percent(probabilities[label])})");
                Console.Out.WriteLine($"{path}: {string.Join(", ", classes)}");
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
            var cells = Best(probabilities)
                .SelectMany(label => new[] { OneLine.Of(labels[label]).EscapeMarkup(), Percent(probabilities[label]) });
            table.AddRow([path.EscapeMarkup(), .. cells]);
        }

        AnsiConsole.Write(table);
    }

    private static string Percent(float probability) => string.Create(CultureInfo.InvariantCulture, $"{100 * probability:0.0} %");
}
