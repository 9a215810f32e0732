using System.Text.RegularExpressions;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;

namespace Stages.Publish.Report.Charts;

/// <summary>A chart on its way into a page: OxyPlot draws it as SVG, which scales and takes the page's colours.</summary>
internal static partial class Chart
{
    // As many units as a phone has: text is then as large as the page's own, or larger.
    private const int Width = 420;
    private const int Height = 300;
    private const int TextSize = 13;

    /// <summary>An empty chart with two axes of numbers.</summary>
    public static PlotModel Of(string x, string y)
    {
        var model = Bare();
        model.Axes.Add(Styled(new LinearAxis { Position = AxisPosition.Bottom, Title = x }));
        model.Axes.Add(Styled(new LinearAxis { Position = AxisPosition.Left, Title = y }));
        return model;
    }

    /// <summary>A chart without axes.</summary>
    public static PlotModel Bare() => new()
    {
        TextColor = Theme.Ink,
        PlotAreaBorderColor = Theme.Grid,
        DefaultFontSize = TextSize,
        DefaultFont = "sans-serif",
    };

    /// <summary>An axis in the page's colours.</summary>
    public static T Styled<T>(T axis)
        where T : Axis
    {
        (axis.MajorGridlineStyle, axis.MajorGridlineColor, axis.MinorTickSize) = (LineStyle.Solid, Theme.Grid, 0);
        (axis.TicklineColor, axis.AxislineColor, axis.TextColor, axis.TitleColor) = (Theme.Grid, Theme.Grid, Theme.Ink, Theme.Ink);
        return axis;
    }

    /// <summary>Names the series below the chart.</summary>
    public static PlotModel WithLegend(this PlotModel model)
    {
        model.Legends.Add(new Legend
        {
            LegendPlacement = LegendPlacement.Outside,
            LegendPosition = LegendPosition.BottomCenter,
            LegendOrientation = LegendOrientation.Horizontal,
            LegendTextColor = Theme.Ink,
            LegendFontSize = TextSize,
        });
        return model;
    }

    /// <summary>The chart as a part of a page, with its title and what it shows in words.</summary>
    public static string ToFigure(this PlotModel model, string title, string caption = "", int height = Height)
    {
        var svg = new SvgExporter { Width = Width, Height = height, IsDocument = false }.ExportToString(model);
        var scaling = FormattableString.Invariant($"<svg viewBox=\"0 0 {Width} {height}\" role=\"img\" aria-label=\"{Html.Text(title)}\" ");
        var words = caption.Length == 0 ? "" : $"<p>{Html.Text(caption)}</p>";
        return $"<figcaption>{Html.Text(title)}</figcaption>{Theme.Applied(Size().Replace(svg, scaling, 1))}{words}";
    }

    [GeneratedRegex("<svg (width=\"[^\"]*\" |height=\"[^\"]*\" )*")]
    private static partial Regex Size();
}
