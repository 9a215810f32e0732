using System.Globalization;
using System.Text.Json.Nodes;
using Distill.Pipeline.Storage;

namespace Benchmarks.Scale;

/// <summary>Formats costs by size as a table, at most 90 columns wide, and collects them as JSON.</summary>
internal sealed class ScaleReport
{
    private readonly JsonObject _json = [];

    /// <summary>Returns the table's heading for one axis.</summary>
    public static string Heading(Axis axis) =>
        $"{$"{axis.Name} ({axis.About})",-40}{axis.Name,10}{"µs/image",12}{"peak MiB",12}{"bytes/image",13}";

    /// <summary>Returns the table's lines for one piece of work, and adds its costs to the JSON.</summary>
    public string Add(Axis axis, Load load, IReadOnlyList<Cost> costs)
    {
        var lines = costs.Select((cost, i) => string.Create(
            CultureInfo.InvariantCulture,
            $"{(i == 0 ? "  " + load.Name : ""),-40}{cost.Size,10:N0}{cost.Microseconds,12:0.000}"
            + $"{cost.PeakMiB,12:0.0}{cost.Bytes,13:0.0}").TrimEnd());
        var works = _json[axis.Name] as JsonObject ?? [];
        works[load.Name] = new JsonObject
        {
            ["costs"] = new JsonArray([.. costs.Select(ToJson)]),
            ["exponent"] = costs.Count > 1 ? Math.Round(Cost.GrowthExponent(costs), 3) : null,
        };
        _json[axis.Name] = works;
        var growth = costs.Count > 1
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"    for the largest sizes, the cost per image grows as {axis.Name}^{Cost.GrowthExponent(costs):0.00}")
            : null;
        return string.Join('\n', growth is null ? lines : lines.Append(growth));
    }

    /// <summary>Writes the JSON to a file.</summary>
    public void Save(string path, JsonObject about)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        about["axes"] = _json;
        File.WriteAllText(path, about.ToJsonString(JsonFormat.Indented) + "\n");
    }

    private static JsonObject ToJson(Cost cost) => new()
    {
        ["size"] = cost.Size,
        ["microsecondsPerImage"] = Math.Round(cost.Microseconds, 4),
        ["peakMiB"] = cost.PeakMiB is { } peak ? Math.Round(peak, 1) : null,
        ["bytesPerImage"] = cost.Bytes is { } bytes ? Math.Round(bytes, 2) : null,
    };
}
