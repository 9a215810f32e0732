using System.Text.Json.Nodes;

namespace Benchmarks.Harness;

/// <summary>Median, minimum and maximum of several readings.</summary>
internal readonly record struct Spread(double Median, double Low, double High)
{
    public static Spread From(IEnumerable<double> readings)
    {
        var sorted = readings.Order().ToArray();
        var half = sorted.Length / 2;
        var median = sorted.Length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
        return new Spread(median, sorted[0], sorted[^1]);
    }

    public JsonObject ToJson() => new()
    {
        ["median"] = Rounded(Median),
        ["min"] = Rounded(Low),
        ["max"] = Rounded(High),
    };

    // Six significant digits.
    private static double Rounded(double x) => x == 0 ? 0 : Math.Round(x, Math.Clamp(5 - (int)Math.Floor(Math.Log10(Math.Abs(x))), 0, 15));
}
