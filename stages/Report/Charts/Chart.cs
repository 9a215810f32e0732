using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace Distill.Report.Charts;

/// <summary>A chart on its way into a page: OxyPlot draws it as SVG, which scales and takes the page's colors.</summary>
internal static partial class Chart
{
    // As many units as a phone has: text is then as large as the page's own, or larger.
    private const int Width = 420;
    private const int Height = 300;
    /// <summary>Of letters.</summary>
    public const int TextSize = 13;

    /// <summary>An empty chart with two axes of numbers; the title says what the upright one is of.</summary>
    /// <param name="x">What the other one is of.</param>
    public static PlotModel Of(string x)
    {
        var model = Bare();
        model.Axes.Add(Styled(new LinearAxis { Position = AxisPosition.Bottom, Title = x }));
        model.Axes.Add(Styled(new LinearAxis { Position = AxisPosition.Left }));
        return model;
    }

    /// <summary>A chart without axes.</summary>
    public static PlotModel Bare() => new()
    {
        TextColor = Theme.Ink,
        PlotAreaBorderColor = Theme.Grid,
        DefaultFontSize = TextSize,
        DefaultFont = "sans-serif",

        // OxyPlot reckons with narrower letters than browsers have.
        Padding = new OxyThickness(16, 8, 12, 12),
    };

    /// <summary>An axis in the page's colors.</summary>
    public static T Styled<T>(T axis)
        where T : Axis
    {
        axis.AxisTitleDistance = 8;
        (axis.MajorGridlineStyle, axis.MajorGridlineColor, axis.MinorTickSize) = (LineStyle.Solid, Theme.Grid, 0);
        (axis.TicklineColor, axis.AxislineColor, axis.TextColor, axis.TitleColor) = (Theme.Grid, Theme.Grid, Theme.Ink, Theme.Ink);
        return axis;
    }

    /// <summary>The chart as a part of a page, with its title and what it shows in words.</summary>
    public static string ToFigure(this PlotModel model, string title, string caption = "", int height = Height)
    {
        var svg = new SvgExporter { Width = Width, Height = height, IsDocument = false }.ExportToString(model);
        // What clips has a name that must be of its own in the page.
        svg = ClipName().Replace(svg, $"$1{Html.Id(title)}-clip");
        var scaling = FormattableString.Invariant($"<svg viewBox=\"0 0 {Width} {height}\" role=\"img\" aria-label=\"{Html.Text(title)}\" ");
        var words = caption.Length == 0 ? "" : $"<p>{Html.Text(caption)}</p>";
        return $"<figcaption>{Html.Text(title)}</figcaption>{Legend(model)}{Theme.Applied(Size().Replace(svg, scaling, 1))}{words}";
    }

    /// <summary>A name as a chart can have it: no longer than so many letters, and without what XML forbids.</summary>
    public static string Name(string name, int most)
    {
        var letters = StringInfo.ParseCombiningCharacters(name);
        var cut = letters.Length > most ? name[..letters[most]] + "…" : name;
        return string.Concat(cut.EnumerateRunes().Select(rune =>
            rune.IsBmp && !XmlConvert.IsXmlChar((char)rune.Value) ? Rune.ReplacementChar.ToString() : rune.ToString()));
    }

    /// <summary>Room for names at the left.</summary>
    public static PlotModel WithRoomFor(this PlotModel model, IEnumerable<string> names, double fontSize)
    {
        const double widestLetter = 0.65;
        model.PlotMargins = new OxyThickness(10 + (fontSize * widestLetter * names.Max(name => name.Length)), double.NaN, double.NaN, double.NaN);
        return model;
    }

    /// <summary>The names of several series, in the page's own text, which wraps.</summary>
    private static string Legend(PlotModel model)
    {
        var entries = model.Series.Where(series => series.Title is not null).Select(series => (series.Title, Color: series switch
        {
            LineSeries line => line.Color,
            ScatterSeries points => OxyColor.FromAColor(byte.MaxValue, points.MarkerFill),
            _ => Theme.Hue(0),
        })).ToArray();
        return entries.Length < 2
            ? ""
            : Theme.Applied($"<p class=\"legend\">{string.Concat(entries.Select(entry => $"<span><i style=\"background:{Css(entry.Color)}\"></i>{Html.Text(entry.Title)}</span>"))}</p>");
    }

    private static string Css(OxyColor color) => FormattableString.Invariant($"rgb({color.R},{color.G},{color.B})");

    [GeneratedRegex("(id=\"|url\\(#)clipPath")]
    private static partial Regex ClipName();

    [GeneratedRegex("<svg (width=\"[^\"]*\" |height=\"[^\"]*\" )*")]
    private static partial Regex Size();
}
