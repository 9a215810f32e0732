using System.Text.Json;
using System.Text.Json.Nodes;
using Distill.Pipeline.Storage;

namespace Distill.Artifacts;

/// <summary>temperature.json: what a student's logits are divided by before they become probabilities.</summary>
/// <param name="Temperature">T.</param>
/// <param name="Labels">That it was fitted on.</param>
/// <param name="LossBefore">Their mean negative log likelihood at temperature 1.</param>
/// <param name="LossAfter">At T.</param>
public sealed record TemperatureFile(double Temperature, int Labels, double LossBefore, double LossAfter)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Of a pipeline that fits none.</summary>
    public static readonly TemperatureFile None = new(1, 0, 0, 0);

    public JsonObject ToJson() => new()
    {
        ["temperature"] = Temperature,
        ["labels"] = Labels,
        ["negativeLogLikelihoodBefore"] = LossBefore,
        ["negativeLogLikelihoodAfter"] = LossAfter,
    };

    public void Write(string path) => Durable.WriteText(path, ToJson().ToJsonString(Indented) + "\n");

    public static TemperatureFile Read(string path)
    {
        var json = JsonNode.Parse(File.ReadAllText(path))!;
        return new TemperatureFile(
            json["temperature"]!.GetValue<double>(),
            json["labels"]!.GetValue<int>(),
            json["negativeLogLikelihoodBefore"]!.GetValue<double>(),
            json["negativeLogLikelihoodAfter"]!.GetValue<double>());
    }
}
