using System.Globalization;
using Distill.Artifacts;
using Spectre.Console;

namespace Distill.Cli.Output;

/// <summary>The results of a run as a table on the terminal.</summary>
internal static class ResultsTable
{
    public static void Write(IReadOnlyList<ResultRow> rows)
    {
        var table = new Table().Border(TableBorder.Rounded)
            .AddColumns("network", "top-1 %", "95 %", "parameters", "MB", "seconds", "labels");
        table.Columns[0].NoWrap();
        foreach (var column in table.Columns.Skip(1))
        {
            column.Alignment = Justify.Right;
        }

        foreach (var row in rows)
        {
            table.AddRow(
                row.Name,
                row.Top1.ToString("0.00", CultureInfo.InvariantCulture),
                row.Interval is { } interval ? string.Create(CultureInfo.InvariantCulture, $"{interval.Low:0.0}–{interval.High:0.0}") : "",
                row.Parameters.ToString("N0", CultureInfo.InvariantCulture),
                (row.Bytes / 1e6).ToString("0.00", CultureInfo.InvariantCulture),
                row.Seconds.ToString("0", CultureInfo.InvariantCulture),
                row.Labels.ToString("N0", CultureInfo.InvariantCulture));
        }

        AnsiConsole.Write(table);
    }
}
