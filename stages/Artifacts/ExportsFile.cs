using System.Text.Json;
using System.Text.Json.Nodes;
using Distill.Pipeline.Storage;

namespace Distill.Artifacts;

/// <summary>variants.json: what was measured of a network's forms.</summary>
/// <param name="TestImages">That top-1 is of.</param>
/// <param name="Temperature">What logits are divided by before they become probabilities.</param>
/// <param name="TemperatureLabels">Held-out labels that it was fitted on; 0 where none were, and it is 1.</param>
/// <param name="CalibrationImages">Training images that the ranges of eight bits were taken from.</param>
/// <param name="Ranges">By which rule.</param>
/// <param name="Threads">That the times are of.</param>
/// <param name="EagerOne">Milliseconds of the network itself for one image, in TorchSharp, a module after the other.</param>
/// <param name="EagerBatch">For a batch.</param>
/// <param name="Variants">The forms.</param>
public sealed record ExportsFile(
    int TestImages,
    double Temperature,
    int TemperatureLabels,
    long CalibrationImages,
    string Ranges,
    int Threads,
    double EagerOne,
    double EagerBatch,
    IReadOnlyList<ExportedModel> Variants)
{
    private const string FileName = "variants.json";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public void Write(string folder) => Durable.WriteText(Path.Combine(folder, FileName), new JsonObject
    {
        ["testImages"] = TestImages,
        ["temperature"] = new JsonObject { ["value"] = Temperature, ["labels"] = TemperatureLabels },
        ["calibration"] = new JsonObject { ["images"] = CalibrationImages, ["ranges"] = Ranges },
        ["batch"] = Latency.Batch,
        ["threads"] = Threads,
        ["eager"] = new JsonObject { ["millisecondsOne"] = EagerOne, ["millisecondsBatch"] = EagerBatch },
        ["variants"] = new JsonArray([.. Variants.Select(variant => variant.ToJson())]),
    }.ToJsonString(Indented) + "\n");

    public static ExportsFile Read(string folder)
    {
        var json = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, FileName)))!;
        return new ExportsFile(
            json["testImages"]!.GetValue<int>(),
            json["temperature"]!["value"]!.GetValue<double>(),
            json["temperature"]!["labels"]!.GetValue<int>(),
            json["calibration"]!["images"]!.GetValue<long>(),
            json["calibration"]!["ranges"]!.GetValue<string>(),
            json["threads"]!.GetValue<int>(),
            json["eager"]!["millisecondsOne"]!.GetValue<double>(),
            json["eager"]!["millisecondsBatch"]!.GetValue<double>(),
            [.. json["variants"]!.AsArray().Select(variant => ExportedModel.Read(variant!))]);
    }
}
