using System.Globalization;
using System.Text.RegularExpressions;
using OxyPlot;

namespace Distill.Report.Charts;

/// <summary>
/// Colors of charts. A page has two sets, for light and for dark, so a chart is drawn in stand-ins, which then become the page's own variables.
/// </summary>
internal static partial class Theme
{
    /// <summary>Colors that tell series apart.</summary>
    public const int Hues = 10;

    private const byte InkNumber = 1;
    private const byte GridNumber = 2;
    private const byte FirstHue = 16;

    /// <summary>Text and axes.</summary>
    public static OxyColor Ink => StandIn(InkNumber);

    /// <summary>Lines in the background.</summary>
    public static OxyColor Grid => StandIn(GridNumber);

    /// <summary>The color of a series.</summary>
    public static OxyColor Hue(int number) => StandIn((byte)(FirstHue + (number % Hues)));

    /// <summary>The chart with the page's variables.</summary>
    public static string Applied(string svg) =>
        StandIns().Replace(FillAttribute().Replace(svg, "style=\"fill:$1\""), match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) switch
        {
            InkNumber => "var(--ink)",
            GridNumber => "var(--grid)",
            >= FirstHue and < FirstHue + Hues and var hue => FormattableString.Invariant($"var(--hue{hue - FirstHue})"),
            _ => match.Value,
        });

    private static OxyColor StandIn(byte number) => OxyColor.FromRgb(254, 220, number);

    [GeneratedRegex(@"rgb\(254,220,([0-9]+)\)")]
    private static partial Regex StandIns();

    // Variables are for styles; not every reader of SVG takes them in attributes.
    [GeneratedRegex("fill=\"(rgb[^\"]*)\"")]
    private static partial Regex FillAttribute();
}
