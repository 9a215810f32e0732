using System.Text.Json.Nodes;

namespace Distill.Artifacts;

/// <summary>A form of the published network, and what it measured.</summary>
/// <param name="Name">fp32, fp16 or int8.</param>
/// <param name="Files">The model's file and, of a very large one, that of its weights.</param>
/// <param name="Bytes">Of the files.</param>
/// <param name="Top1">In percent, on the test split.</param>
/// <param name="Agreement">Percent of test images for which it names the class that the network itself does.</param>
/// <param name="CalibrationError">Expected calibration error of its probabilities there, in 15 bins.</param>
/// <param name="NegativeLogLikelihood">Their mean negative log likelihood, in nats.</param>
/// <param name="MillisecondsOne">For one image, the median of several rounds.</param>
/// <param name="MillisecondsBatch">For a batch of <see cref="Latency.Batch"/>.</param>
public sealed record ExportedModel(
    string Name,
    IReadOnlyList<string> Files,
    long Bytes,
    double Top1,
    double Agreement,
    double CalibrationError,
    double NegativeLogLikelihood,
    double MillisecondsOne,
    double MillisecondsBatch)
{
    public JsonObject ToJson() => new()
    {
        ["name"] = Name,
        ["files"] = new JsonArray([.. Files.Select(file => JsonValue.Create(file))]),
        ["bytes"] = Bytes,
        ["top1"] = Top1,
        ["agreement"] = Agreement,
        ["calibrationError"] = CalibrationError,
        ["negativeLogLikelihood"] = NegativeLogLikelihood,
        ["millisecondsOne"] = MillisecondsOne,
        ["millisecondsBatch"] = MillisecondsBatch,
    };

    public static ExportedModel Read(JsonNode json) => new(
        json["name"]!.GetValue<string>(),
        [.. json["files"]!.AsArray().Select(file => file!.GetValue<string>())],
        json["bytes"]!.GetValue<long>(),
        json["top1"]!.GetValue<double>(),
        json["agreement"]!.GetValue<double>(),
        json["calibrationError"]!.GetValue<double>(),
        json["negativeLogLikelihood"]!.GetValue<double>(),
        json["millisecondsOne"]!.GetValue<double>(),
        json["millisecondsBatch"]!.GetValue<double>());
}
