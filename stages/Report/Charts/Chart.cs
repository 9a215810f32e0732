using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace Distill.Report.Charts;

/// <summary>Common parts of all charts. OxyPlot draws them as SVG, which scales and uses the colors of the page.</summary>
internal static partial class Chart
{
    /// <summary>Font size of the charts.</summary>
    public const int TextSize = 13;

    // The width of a phone's screen in CSS pixels, so that text is at least as large as the page's.
    private const int Width = 420;
    private const int Height = 300;

    /// <summary>Creates an empty chart with two numeric axes. The figure's title names the quantity of the vertical axis.</summary>
    /// <param name="x">Title of the horizontal axis.</param>
    public static PlotModel WithAxes(string x)
    {
        var model = Bare();
        model.Axes.Add(Styled(new LinearAxis { Position = AxisPosition.Bottom, Title = x }));
        model.Axes.Add(Styled(new LinearAxis { Position = AxisPosition.Left }));
        return model;
    }

    /// <summary>Creates an empty chart without axes.</summary>
    public static PlotModel Bare() => new()
    {
        TextColor = Theme.Ink,
        PlotAreaBorderColor = Theme.Grid,
        DefaultFontSize = TextSize,
        DefaultFont = "sans-serif",

        // Browsers draw wider letters than OxyPlot expects.
        Padding = new OxyThickness(16, 8, 12, 12),
    };

    /// <summary>Applies the page's colors to an axis.</summary>
    public static T Styled<T>(T axis)
        where T : Axis
    {
        axis.AxisTitleDistance = 8;
        (axis.MajorGridlineStyle, axis.MajorGridlineColor, axis.MinorTickSize) = (LineStyle.Solid, Theme.Grid, 0);
        (axis.TicklineColor, axis.AxislineColor, axis.TextColor, axis.TitleColor) = (Theme.Grid, Theme.Grid, Theme.Ink, Theme.Ink);
        return axis;
    }

    /// <summary>Converts a chart to HTML with title, legend, SVG and caption.</summary>
    public static string ToFigure(this PlotModel model, string title, string caption = "", int height = Height)
    {
        var svg = new SvgExporter { Width = Width, Height = height, IsDocument = false }.ExportToString(model);
        // A declaration of XML has no place within HTML.
        svg = svg[svg.IndexOf("<svg", StringComparison.Ordinal)..];
        // The IDs of clip paths must be unique in the page.
        svg = ClipName().Replace(svg, $"$1{Html.Id(title)}-clip");
        var scaling = FormattableString.Invariant($"<svg viewBox=\"0 0 {Width} {height}\" role=\"img\" aria-label=\"{Html.Text(title)}\" ");
        var paragraph = caption.Length == 0 ? "" : $"<p>{Html.Text(caption)}</p>";
        return $"<figcaption>{Html.Text(title)}</figcaption>{Legend(model)}{Theme.Apply(Size().Replace(svg, scaling, 1))}{paragraph}";
    }

    /// <summary>Shortens a name to a number of letters, and replaces characters that XML forbids.</summary>
    public static string Name(string name, int maximumLetters)
    {
        var letters = StringInfo.ParseCombiningCharacters(name);
        var cut = letters.Length > maximumLetters ? name[..letters[maximumLetters]] + "…" : name;
        return string.Concat(cut.EnumerateRunes().Select(rune =>
            rune.IsBmp && !XmlConvert.IsXmlChar((char)rune.Value) ? Rune.ReplacementChar.ToString() : rune.ToString()));
    }

    /// <summary>Widens the left margin to fit names.</summary>
    public static PlotModel WithRoomFor(this PlotModel model, IEnumerable<string> names, double fontSize)
    {
        const double widestLetter = 0.65;
        var left = 10 + (fontSize * widestLetter * names.Max(name => name.Length));
        model.PlotMargins = new OxyThickness(left, double.NaN, double.NaN, double.NaN);
        return model;
    }

    /// <summary>Creates a legend in HTML, which wraps; empty for a single series.</summary>
    private static string Legend(PlotModel model)
    {
        var entries = model.Series.Where(series => series.Title is not null).Select(series => (series.Title, Color: series switch
        {
            LineSeries line => line.Color,
            ScatterSeries points => OxyColor.FromAColor(byte.MaxValue, points.MarkerFill),
            _ => Theme.Hue(0),
        })).ToArray();
        var items = entries.Select(entry => $"<span><i style=\"background:{Css(entry.Color)}\"></i>{Html.Text(entry.Title)}</span>");
        return entries.Length < 2 ? "" : Theme.Apply($"<p class=\"legend\">{string.Concat(items)}</p>");
    }

    private static string Css(OxyColor color) => FormattableString.Invariant($"rgb({color.R},{color.G},{color.B})");

    [GeneratedRegex("(id=\"|url\\(#)clipPath")]
    private static partial Regex ClipName();

    [GeneratedRegex("<svg (width=\"[^\"]*\" |height=\"[^\"]*\" )*")]
    private static partial Regex Size();
}
