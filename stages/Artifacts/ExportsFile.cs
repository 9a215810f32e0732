using System.Text.Json;
using System.Text.Json.Serialization;
using Distill.Pipeline.Storage;

namespace Distill.Artifacts;

/// <summary>The exports.json of a run: the measurements of the student's exported models.</summary>
/// <param name="TestImages">Number of test images.</param>
/// <param name="Temperature">The temperature of the measured probabilities.</param>
/// <param name="Calibration">How the int8 ranges were chosen.</param>
/// <param name="Batch">Number of images in the larger batch of the latencies.</param>
/// <param name="Threads">Number of CPU threads of the latencies.</param>
/// <param name="Eager">Latency of the network itself in TorchSharp, which runs one module after another.</param>
/// <param name="Models">The exported models, fp32 first.</param>
public sealed record ExportsFile(
    int TestImages,
    FittedTemperature Temperature,
    Int8Calibration Calibration,
    int Batch,
    int Threads,
    EagerLatency Eager,
    [property: JsonPropertyName("formats")] IReadOnlyList<ExportedModel> Models)
{
    /// <summary>The name of the file in its folder.</summary>
    public const string FileName = "exports.json";

    /// <summary>Writes the file durably into a folder.</summary>
    public void Write(string folder) =>
        Durable.WriteText(Path.Combine(folder, FileName), JsonSerializer.Serialize(this, ArtifactRecords.Default.ExportsFile) + "\n");

    /// <summary>Reads the file of a folder.</summary>
    /// <exception cref="JsonException">The file does not have these keys.</exception>
    public static ExportsFile Read(string folder) =>
        JsonSerializer.Deserialize(File.ReadAllText(Path.Combine(folder, FileName)), ArtifactRecords.Default.ExportsFile)!;
}

/// <summary>The softmax temperature of published probabilities.</summary>
/// <param name="Value">Probabilities are softmax(logits / Value).</param>
/// <param name="Labels">Number of held-out labels that it was fitted on. With 0 it was not fitted, and is 1.</param>
public sealed record FittedTemperature(double Value, int Labels);

/// <summary>How the int8 ranges of a graph were chosen.</summary>
/// <param name="Images">Number of training images that the ranges come from.</param>
/// <param name="Ranges">Name of the rule; "none" without int8.</param>
public sealed record Int8Calibration(long Images, string Ranges);

/// <summary>Latency of a network in TorchSharp.</summary>
/// <param name="MillisecondsOne">Median latency for one image.</param>
/// <param name="MillisecondsBatch">Median latency for <see cref="Latency.Batch"/> images.</param>
public sealed record EagerLatency(double MillisecondsOne, double MillisecondsBatch);
