using System.Globalization;
using System.Text.Json.Nodes;
using Distill.Pipeline.Storage;

namespace Benchmarks.Harness;

/// <summary>Prints results as they arrive, at most 90 columns wide, and collects them as JSON.</summary>
internal sealed class Report
{
    private readonly JsonObject _json = [];

    /// <summary>Adds a section that is not a contest to the JSON.</summary>
    public void Keep(string name, JsonNode section) => _json[name] = section;

    /// <summary>Prints the rows of a contest and adds them to the JSON.</summary>
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

    /// <summary>Prints the heading of a section that is not a contest.</summary>
    public static void Heading(string name, string about)
    {
        Console.WriteLine();
        Console.WriteLine($"{name} ({about})");
    }

    /// <summary>Prints one measured quantity.</summary>
    public static void Line(string name, Spread value, string unit, string more = "") =>
        Console.WriteLine($"  {name,-36}{Number(value.Median),9} {Range(value),13}  {unit,-9}{more}".TrimEnd());

    /// <summary>Writes the JSON to a file.</summary>
    public void Save(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, _json.ToJsonString(JsonFormat.Indented) + "\n");
    }

    private static void Row(string title, string rate, string rates, string ratio, string ratios, string rounds) =>
        Console.WriteLine($"{title,-38}{rate,9}{rates,14}{ratio,8}{ratios,14}{rounds,6}");

    private static string Range(Spread spread) => Number(spread.Low) + "–" + Number(spread.High);

    /// <summary>Formats with three significant digits, or all digits before the decimal point.</summary>
    private static string Number(double x) => x.ToString(
        Math.Abs(x) switch { >= 100 => "0", >= 10 => "0.0", >= 1 => "0.00", _ => "0.000" }, CultureInfo.InvariantCulture);
}
