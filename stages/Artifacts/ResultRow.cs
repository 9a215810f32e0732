using System.Text.Json.Nodes;

namespace Distill.Artifacts;

/// <summary>A row of the results table: one classifier, measured on the test split.</summary>
/// <param name="Name">supervised, teacher, linear, knn-200, knn-20, or the name of a round's student.</param>
/// <param name="Top1">Top-1 accuracy in percent, on all test images, with the last weights of training.</param>
/// <param name="Parameters">Number of trainable parameters.</param>
/// <param name="Bytes">Size of the weights file.</param>
/// <param name="Seconds">Time of all stages that led to the classifier: training and labeling.</param>
/// <param name="Seed">Seed of the run.</param>
/// <param name="Labels">Number of labels that the classifier and its teachers were trained with.</param>
public sealed record ResultRow(string Name, double Top1, long Parameters, long Bytes, double Seconds, long Seed, int Labels)
{
    /// <summary>How the classifier was trained, in words.</summary>
    public string Protocol { get; init; } = "";

    /// <summary>SHA-256 of the measured weights file.</summary>
    public string Checkpoint { get; init; } = "";

    /// <summary>All measured figures by name, see <c>Measurement.Figures</c>.</summary>
    public JsonObject Figures { get; init; } = [];

    /// <summary>The 95 % interval of top-1 in percent; null if it was not measured.</summary>
    public (double Low, double High)? Interval => Figures["top1Interval"] is JsonArray pair
        ? (pair[0]!.GetValue<double>(), pair[1]!.GetValue<double>())
        : null;

    /// <summary>Returns a figure by its name in results.json; null if it was not measured.</summary>
    public double? Figure(string name) => Figures[name]?.GetValue<double>();

    /// <summary>Converts the row to its entry in results.json.</summary>
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

    /// <summary>Reads a row from its entry in results.json.</summary>
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
        Figures = new JsonObject(json
            .Where(pair => MeasuredNames.Contains(pair.Key))
            .Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone()))),
    };

    private static readonly HashSet<string> MeasuredNames =
    [
        "top1", "top1Interval", "top5", "top5Interval", "meanPerClass", "meanPerClassInterval", "meanAveragePrecision",
        "calibrationError", "calibrationErrorInterval", "negativeLogLikelihood",
    ];
}
