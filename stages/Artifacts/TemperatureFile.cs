using System.Text.Json;
using System.Text.Json.Nodes;
using Distill.Pipeline.Storage;

namespace Distill.Artifacts;

/// <summary>The temperature.json of a run: probabilities are softmax(logits / temperature).</summary>
/// <param name="Temperature">The temperature T.</param>
/// <param name="Labels">Number of labels that it was fitted on.</param>
/// <param name="NegativeLogLikelihoodBefore">Mean negative log likelihood of these labels at temperature 1, in nats.</param>
/// <param name="NegativeLogLikelihoodAfter">The same at T.</param>
public sealed record TemperatureFile(
    double Temperature, int Labels, double NegativeLogLikelihoodBefore, double NegativeLogLikelihoodAfter)
{
    /// <summary>The values of a pipeline that does not fit a temperature.</summary>
    public static readonly TemperatureFile None = new(1, 0, 0, 0);

    /// <summary>Converts the record to JSON, for the metrics of a stage.</summary>
    public JsonObject ToJson() => JsonSerializer.SerializeToNode(this, ArtifactRecords.Default.TemperatureFile)!.AsObject();

    /// <summary>Writes the file durably.</summary>
    public void Write(string path) => Durable.WriteText(path, ToJson().ToFileText());

    /// <exception cref="JsonException">The file does not have these keys.</exception>
    public static TemperatureFile Read(string path) =>
        JsonSerializer.Deserialize(File.ReadAllText(path), ArtifactRecords.Default.TemperatureFile)!;
}
