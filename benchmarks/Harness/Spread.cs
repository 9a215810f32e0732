using System.Text.Json.Nodes;

namespace Benchmarks.Harness;

/// <summary>The middle and the ends of some readings.</summary>
/// <param name="Median">Half are below it.</param>
/// <param name="Low">The least.</param>
/// <param name="High">The largest.</param>
internal readonly record struct Spread(double Median, double Low, double High)
{
    public static Spread Of(IEnumerable<double> readings)
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

    // Six digits: enough for anything timed, and short enough to read.
    private static double Rounded(double x) => x == 0 ? 0 : Math.Round(x, Math.Clamp(5 - (int)Math.Floor(Math.Log10(Math.Abs(x))), 0, 15));
}
