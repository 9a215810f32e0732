using System.Globalization;
using System.Net;

namespace Distill.Report;

/// <summary>Creates the pieces of an HTML page.</summary>
internal static class Html
{
    /// <summary>Escapes any text.</summary>
    public static string Text(string text) => WebUtility.HtmlEncode(text);

    /// <summary>Converts a title to an element ID.</summary>
    public static string Id(string title) =>
        string.Concat(title.ToLowerInvariant().Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '-'));

    /// <summary>Creates a table that scrolls if it is wider than the screen.</summary>
    /// <param name="columns">The columns.</param>
    /// <param name="rows">Cells of each row, in HTML.</param>
    public static string Table(IReadOnlyList<Column> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        var attributes = columns.Select(column => column.RightAligned ? " class=\"number\"" : "").ToArray();
        var head = string.Concat(columns.Select((column, i) => $"<th{attributes[i]}>{Text(column.Title)}</th>"));
        var body = rows.Select(row => $"<tr>{string.Concat(row.Select((cell, i) => $"<td{attributes[i]}>{cell}</td>"))}</tr>");
        return $"<div class=\"scroll\"><table><thead><tr>{head}</tr></thead><tbody>{string.Concat(body)}</tbody></table></div>";
    }

    /// <summary>Creates an image with its data in the page.</summary>
    public static string Picture(byte[] png, string description) =>
        $"<img alt=\"{Text(description)}\" src=\"data:image/png;base64,{Convert.ToBase64String(png)}\">";

    /// <summary>Places charts or images side by side if there is room.</summary>
    public static string Grid(IEnumerable<string> cells, string kind = "charts") =>
        $"<div class=\"{kind}\">{string.Concat(cells.Select(cell => $"<figure>{cell}</figure>"))}</div>";

    /// <summary>Formats a number.</summary>
    public static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}

/// <summary>A column of a table.</summary>
/// <param name="Title">The heading, as plain text.</param>
/// <param name="RightAligned">Whether the column is aligned to the right, for numbers.</param>
internal sealed record Column(string Title, bool RightAligned = false)
{
    /// <summary>Creates a right-aligned column.</summary>
    public static Column Number(string title) => new(title, RightAligned: true);
}
