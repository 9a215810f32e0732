using Distill.Artifacts;
using Spectre.Console;

namespace Distill.Cli.Output;

/// <summary>A comparison as a table on the terminal: top-1 in percent, and minutes.</summary>
internal static class ComparisonTable
{
    private const double Minute = 60;

    public static void Write(Comparison comparison)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("top-1 % (minutes)");
        table.Columns[0].NoWrap();
        foreach (var column in comparison.Columns)
        {
            table.AddColumn(new TableColumn(Markup.Escape(column.Heading)).RightAligned());
        }

        foreach (var row in comparison.Rows)
        {
            table.AddRow(
            [
                Markup.Escape(row.Name),
                .. row.Cells.Select(cell => cell is null ? "" : FormattableString.Invariant($"{cell} ({cell.Seconds / Minute:0.0})")),
            ]);
        }

        AnsiConsole.Write(table);
    }
}
