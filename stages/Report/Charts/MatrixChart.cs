using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace Distill.Report.Charts;

/// <summary>Creates charts of square matrices, whose rows and columns have the same names.</summary>
internal static class MatrixChart
{
    private const int NameSize = 11;
    private const int Side = 400;

    /// <summary>Creates the chart.</summary>
    /// <param name="title">Title of the figure.</param>
    /// <param name="columns">Title of the columns.</param>
    /// <param name="names">Names of rows and columns.</param>
    /// <param name="cellAt">What is at a row and a column; null for an empty cell.</param>
    /// <param name="caption">What rows, columns and colors mean.</param>
    public static string Create(
        string title, string columns, IReadOnlyList<string> names, Func<int, int, MatrixCell?> cellAt, string caption)
    {
        var model = Chart.Bare();
        model.Axes.Add(Names(AxisPosition.Bottom, columns, names, angle: -60));
        model.Axes.Add(Names(AxisPosition.Left, "", names, angle: 0));
        var cells = new RectangleBarSeries { StrokeThickness = 0 };
        model.Series.Add(cells);
        for (var row = 0; row < names.Count; row++)
        {
            for (var column = 0; column < names.Count; column++)
            {
                if (cellAt(row, column) is not { } cell)
                {
                    continue;
                }

                cells.Items.Add(new RectangleBarItem(column - 0.5, row - 0.5, column + 0.5, row + 0.5)
                {
                    Color = OxyColor.FromAColor((byte)(200 * cell.Strength), Theme.Hue(cell.Hue)),
                });
                if (cell.Text.Length > 0)
                {
                    model.Annotations.Add(new TextAnnotation
                    {
                        Text = cell.Text,
                        TextPosition = new DataPoint(column, row),
                        TextVerticalAlignment = VerticalAlignment.Middle,
                        StrokeThickness = 0,
                        FontSize = 10,
                        TextColor = Theme.Ink,
                    });
                }
            }
        }

        return model.WithRoomFor(names, NameSize).ToFigure(title, caption, Side);
    }

    private static CategoryAxis Names(AxisPosition position, string title, IEnumerable<string> names, double angle)
    {
        var axis = Chart.Styled(new CategoryAxis { Position = position, Title = title, Angle = angle, FontSize = NameSize, GapWidth = 0 });
        if (position == AxisPosition.Left)
        {
            (axis.StartPosition, axis.EndPosition) = (1, 0);
        }

        (axis.MajorGridlineStyle, axis.Key) = (LineStyle.None, position.ToString());
        axis.Labels.AddRange(names);
        return axis;
    }
}

/// <summary>A cell of a matrix.</summary>
/// <param name="Strength">Strength of its color, from 0 to 1.</param>
/// <param name="Hue">Number of its color.</param>
/// <param name="Text">Its text, which may be empty.</param>
internal sealed record MatrixCell(double Strength, int Hue, string Text);
