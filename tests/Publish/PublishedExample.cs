using System.Text.Json.Nodes;
using Distill.Artifacts;
using Distill.Pipeline.Execution;

namespace Tests.Publish;

/// <summary>Fixed values of a run, for what is published about it.</summary>
internal static class PublishedExample
{
    public static readonly ExportsFile Exports = new(
        10_000,
        new FittedTemperature(0.9431, 50),
        new Int8Calibration(512, "percentile 99.99"),
        64,
        2,
        new EagerLatency(0.649, 4.388),
        [
            new ExportedModel("fp32", ["model.onnx"], 2_811_800, 84.31, 100, 0.0123, 0.4501, 0.068, 1.817),
            new ExportedModel("fp16", ["model.fp16.onnx"], 1_409_321, 84.3, 99.97, 0.0124, 0.4502, 0.071, 1.723),
            new ExportedModel("int8", ["model.int8.onnx"], 733_190, 84.05, 98.61, 0.0131, 0.4533, 0.103, 2.227),
        ]);

    public static readonly IReadOnlyList<ResultRow> Results =
    [
        Row("supervised", 71.02, "trained from scratch on the labeled images only"),
        Row("teacher", 82.95, "pretrained without labels, then fine-tuned entirely from layer 1 of the projection head"),
        Row("linear", 80.1, "linear probe on the frozen encoder's features of center crops"),
        Row("self-distilled", 84.31, "trained from scratch on the soft targets of distilled, 4 augmented views per image"),
    ];

    /// <summary>Creates a manifest entry of a stage with these options.</summary>
    public static LockEntry Entry(string options, int version = 1) => new(
        new string('a', 64),
        version,
        LockedState.Done,
        JsonNode.Parse(options)!.AsObject(),
        new Dictionary<string, string> { ["dataset/train"] = new('d', 64), ["a/weights.safetensors"] = new('b', 64) },
        new Dictionary<string, LockedOutput> { ["weights.safetensors"] = new("models/x/weights.safetensors", new string('c', 64), 100) },
        new JsonObject { ["seconds"] = 12.5 },
        DateTimeOffset.UnixEpoch,
        DateTimeOffset.UnixEpoch.AddSeconds(20),
        20,
        0,
        ["cpu, fp32, 2 threads"]);

    private static ResultRow Row(string name, double top1, string protocol) =>
        new(name, top1, 701_818, 2_811_800, 100, 3, 130) { Protocol = protocol };
}
