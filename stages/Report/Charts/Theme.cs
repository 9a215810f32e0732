using System.Globalization;
using System.Text.RegularExpressions;
using OxyPlot;

namespace Distill.Report.Charts;

/// <summary>
/// Colors of the charts. The page has a light and a dark theme. Charts are therefore drawn in placeholder colors, which CSS variables of
/// the page then replace.
/// </summary>
internal static partial class Theme
{
    /// <summary>Number of colors for series.</summary>
    public const int Hues = 10;

    private const byte InkNumber = 1;
    private const byte GridNumber = 2;
    private const byte FirstHue = 16;

    /// <summary>The color of text and axes.</summary>
    public static OxyColor Ink => Placeholder(InkNumber);

    /// <summary>The color of lines in the background.</summary>
    public static OxyColor Grid => Placeholder(GridNumber);

    /// <summary>Returns the color of a series.</summary>
    public static OxyColor Hue(int number) => Placeholder((byte)(FirstHue + (number % Hues)));

    /// <summary>Replaces the placeholder colors in an SVG by variables of the page.</summary>
    public static string Apply(string svg) =>
        Placeholders().Replace(FillAttribute().Replace(svg, "style=\"fill:$1\""), Variable);

    private static string Variable(Match placeholder) => int.Parse(placeholder.Groups[1].Value, CultureInfo.InvariantCulture) switch
    {
        InkNumber => "var(--ink)",
        GridNumber => "var(--grid)",
        >= FirstHue and < FirstHue + Hues and var hue => FormattableString.Invariant($"var(--hue{hue - FirstHue})"),
        _ => placeholder.Value,
    };

    private static OxyColor Placeholder(byte number) => OxyColor.FromRgb(254, 220, number);

    [GeneratedRegex(@"rgb\(254,220,([0-9]+)\)")]
    private static partial Regex Placeholders();

    // Variables work in styles; not every SVG reader supports them in attributes.
    [GeneratedRegex("fill=\"(rgb[^\"]*)\"")]
    private static partial Regex FillAttribute();
}
