using System.Text.Json.Nodes;

namespace Distill.Artifacts;

/// <summary>A measured row of the results table.</summary>
/// <param name="Name">supervised, teacher, linear, knn-200, knn-20, distilled, self-distilled, or a round's name.</param>
/// <param name="Top1">Percent of all test images, each as it is measured, once, with the last weights of training.</param>
/// <param name="Parameters">Trained numbers.</param>
/// <param name="Bytes">Size of the weights' file.</param>
/// <param name="Seconds">Training and labeling of all stages on the road to it.</param>
/// <param name="Seed">The run's seed.</param>
/// <param name="Labels">Labeled images.</param>
public sealed record ResultRow(string Name, double Top1, long Parameters, long Bytes, double Seconds, long Seed, int Labels)
{
    /// <summary>How it was made.</summary>
    public string Protocol { get; init; } = "";

    /// <summary>SHA-256 of the weights' file that was measured.</summary>
    public string Checkpoint { get; init; } = "";

    /// <summary>All figures, see <c>Measurement.Figures</c>.</summary>
    public JsonObject Figures { get; init; } = [];

    /// <summary>The 95 % interval of top-1, in percent; null where none was measured.</summary>
    public (double Low, double High)? Interval => Figures["top1Interval"] is JsonArray pair
        ? (pair[0]!.GetValue<double>(), pair[1]!.GetValue<double>())
        : null;

    /// <summary>One of the figures, by its name in results.json; null where it was not measured.</summary>
    public double? Figure(string name) => Figures[name]?.GetValue<double>();

    public JsonObject ToJson()
    {
        var json = new JsonObject { ["name"] = Name, ["top1"] = Top1 };
        foreach (var (name, value) in Figures.Where(figure => figure.Key != "top1"))
        {
            json[name] = value?.DeepClone();
        }

        json["parameters"] = Parameters;
        json["bytes"] = Bytes;
        json["seconds"] = Seconds;
        json["seed"] = Seed;
        json["labels"] = Labels;
        json["split"] = "test";
        json["checkpoint"] = Checkpoint;
        json["protocol"] = Protocol;
        return json;
    }

    public static ResultRow FromJson(JsonObject json) => new(
        json["name"]!.GetValue<string>(),
        json["top1"]!.GetValue<double>(),
        json["parameters"]!.GetValue<long>(),
        json["bytes"]!.GetValue<long>(),
        json["seconds"]!.GetValue<double>(),
        json["seed"]!.GetValue<long>(),
        json["labels"]!.GetValue<int>())
    {
        Protocol = json["protocol"]?.GetValue<string>() ?? "",
        Checkpoint = json["checkpoint"]?.GetValue<string>() ?? "",
        Figures = new JsonObject(json.Where(pair => MeasuredNames.Contains(pair.Key)).Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone()))),
    };

    private static readonly HashSet<string> MeasuredNames =
    [
        "top1", "top1Interval", "top5", "top5Interval", "meanPerClass", "meanPerClassInterval", "meanAveragePrecision",
        "calibrationError", "calibrationErrorInterval", "negativeLogLikelihood",
    ];
}
