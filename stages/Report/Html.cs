using System.Globalization;
using System.Net;

namespace Distill.Report;

/// <summary>Pieces of a page.</summary>
internal static class Html
{
    /// <summary>Text that may hold anything.</summary>
    public static string Text(string text) => WebUtility.HtmlEncode(text);

    /// <summary>A title as a name in the page.</summary>
    public static string Id(string title) => string.Concat(title.ToLowerInvariant().Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '-'));

    /// <summary>A table that scrolls by itself where it is wider than the screen.</summary>
    /// <param name="head">Titles of the columns; those that begin with a blank are of numbers, to the right.</param>
    /// <param name="rows">Cells, in HTML.</param>
    public static string Table(IReadOnlyList<string> head, IEnumerable<IReadOnlyList<string>> rows)
    {
        var right = head.Select(title => title.StartsWith(' ') ? " class=\"number\"" : "").ToArray();
        var titles = head.Select((title, i) => $"<th{right[i]}>{Text(title.Trim())}</th>");
        var body = rows.Select(row => $"<tr>{string.Concat(row.Select((cell, i) => $"<td{right[i]}>{cell}</td>"))}</tr>");
        return $"<div class=\"scroll\"><table><thead><tr>{string.Concat(titles)}</tr></thead><tbody>{string.Concat(body)}</tbody></table></div>";
    }

    /// <summary>A picture in the page itself.</summary>
    public static string Picture(byte[] png, string description) =>
        $"<img alt=\"{Text(description)}\" src=\"data:image/png;base64,{Convert.ToBase64String(png)}\">";

    /// <summary>Charts or pictures side by side where there is room.</summary>
    public static string Grid(IEnumerable<string> cells, string kind = "charts") =>
        $"<div class=\"{kind}\">{string.Concat(cells.Select(cell => $"<figure>{cell}</figure>"))}</div>";

    /// <summary>A number for people.</summary>
    public static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
