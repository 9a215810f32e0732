using System.Text.RegularExpressions;
using OxyPlot;

namespace Stages.Publish.Report.Charts;

/// <summary>
/// Colours of charts. A page has two sets, for light and for dark, so a chart is drawn in stand-ins, which then become the page's own variables.
/// </summary>
internal static partial class Theme
{
    /// <summary>Colours that tell series apart.</summary>
    public const int Hues = 10;

    private const byte InkNumber = 1;
    private const byte GridNumber = 2;
    private const byte FirstHue = 16;

    /// <summary>Text and axes.</summary>
    public static OxyColor Ink => StandIn(InkNumber);

    /// <summary>Lines in the background.</summary>
    public static OxyColor Grid => StandIn(GridNumber);

    /// <summary>The colour of a series.</summary>
    public static OxyColor Hue(int number) => StandIn((byte)(FirstHue + (number % Hues)));

    /// <summary>The chart with the page's variables.</summary>
    public static string Applied(string svg) => StandIns().Replace(svg, match => Convert.ToByte(match.Groups[1].Value, 16) switch
    {
        InkNumber => "var(--ink)",
        GridNumber => "var(--grid)",
        >= FirstHue and < FirstHue + Hues and var hue => FormattableString.Invariant($"var(--hue{hue - FirstHue})"),
        _ => match.Value,
    });

    private static OxyColor StandIn(byte number) => OxyColor.FromRgb(0xfe, 0xdc, number);

    [GeneratedRegex("#fedc([0-9a-f]{2})", RegexOptions.IgnoreCase)]
    private static partial Regex StandIns();
}
