using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Benchmarks.Harness;

/// <summary>Prints results as they come, at most 90 columns wide, and keeps them as JSON.</summary>
internal sealed class Report
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly JsonObject _json = [];

    /// <summary>Keeps a section that is no contest.</summary>
    public void Keep(string name, JsonNode section) => _json[name] = section;

    /// <summary>Prints and keeps a contest's rows.</summary>
    public void Add(Contest contest, IReadOnlyList<Standing> standings)
    {
        Console.WriteLine();
        Row($"{contest.Name} ({contest.About})", "images/s", "min–max", "ratio", "min–max", "pairs");
        var rows = new JsonArray();
        foreach (var standing in standings)
        {
            var first = rows.Count == 0;
            Row(
                "  " + standing.Name,
                Number(standing.Rate.Median),
                Range(standing.Rate),
                first ? "1" : Number(standing.Ratio.Median),
                first ? "" : Range(standing.Ratio),
                standing.Rounds.ToString(CultureInfo.InvariantCulture));
            rows.Add(new JsonObject
            {
                ["name"] = standing.Name,
                ["imagesPerSecond"] = standing.Rate.ToJson(),
                ["ratio"] = standing.Ratio.ToJson(),
                ["pairs"] = standing.Rounds,
            });
        }

        _json[contest.Name] = rows;
    }

    /// <summary>The heading of lines that are no contest's.</summary>
    public static void Heading(string name, string about)
    {
        Console.WriteLine();
        Console.WriteLine($"{name} ({about})");
    }

    /// <summary>One measured quantity.</summary>
    public static void Line(string name, Spread value, string unit, string more = "") =>
        Console.WriteLine($"  {name,-36}{Number(value.Median),9} {Range(value),13}  {unit,-9}{more}".TrimEnd());

    /// <summary>Writes what was measured to a file.</summary>
    public void Save(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, _json.ToJsonString(Indented) + "\n");
    }

    private static void Row(string title, string rate, string rates, string ratio, string ratios, string rounds) =>
        Console.WriteLine($"{title,-38}{rate,9}{rates,14}{ratio,8}{ratios,14}{rounds,6}");

    private static string Range(Spread spread) => Number(spread.Low) + "–" + Number(spread.High);

    /// <summary>Three digits, or all before the point.</summary>
    private static string Number(double x) => x.ToString(
        Math.Abs(x) switch { >= 100 => "0", >= 10 => "0.0", >= 1 => "0.00", _ => "0.000" }, CultureInfo.InvariantCulture);
}
