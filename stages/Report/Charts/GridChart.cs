using System.Globalization;

namespace Distill.Report.Charts;

/// <summary>Creates the heat map of a grid: one row per first operation, one column per second operation.</summary>
internal static class GridChart
{
    // So that the worst cell is seen too.
    private const double Faintest = 0.1;

    /// <summary>Creates the chart.</summary>
    /// <param name="names">Names of rows and columns.</param>
    /// <param name="values">Percentages; null where a cell is empty.</param>
    public static string Create(IReadOnlyList<string> names, double?[,] values)
    {
        var known = values.Cast<double?>().OfType<double>().DefaultIfEmpty().ToArray();
        var (low, high) = (known.Min(), known.Max());
        return MatrixChart.Create(
            "Linear probe, top-1 (%)",
            "second operation",
            names,
            (row, column) => values[row, column] is { } value ? CellOf(value) : null,
            "One row per first operation, one column per second operation, an operation alone on the diagonal. Darker cells are better.");

        MatrixCell CellOf(double value) => new(
            Faintest + (1 - Faintest) * (high > low ? (value - low) / (high - low) : 0),
            Hue: 0,
            value.ToString("0.0", CultureInfo.InvariantCulture));
    }
}
