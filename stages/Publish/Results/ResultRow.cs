using System.Text.Json.Nodes;

namespace Stages.Publish.Results;

/// <summary>A measured row of the results table.</summary>
/// <param name="Name">supervised, teacher, distilled, self-distilled, or a round's name.</param>
/// <param name="Top1">Percent of all test images, each as it is, once, with the last weights of training.</param>
/// <param name="Parameters">Trained numbers.</param>
/// <param name="Bytes">Size of the weights' file.</param>
/// <param name="Seconds">Training and labelling of all stages on the road to it.</param>
/// <param name="Seed">The run's seed.</param>
/// <param name="Labels">Labelled images.</param>
public sealed record ResultRow(string Name, double Top1, long Parameters, long Bytes, double Seconds, long Seed, int Labels)
{
    public JsonObject ToJson() => new()
    {
        ["name"] = Name,
        ["top1"] = Top1,
        ["parameters"] = Parameters,
        ["bytes"] = Bytes,
        ["seconds"] = Seconds,
        ["seed"] = Seed,
        ["labels"] = Labels,
    };

    public static ResultRow FromJson(JsonObject json) => new(
        json["name"]!.GetValue<string>(),
        json["top1"]!.GetValue<double>(),
        json["parameters"]!.GetValue<long>(),
        json["bytes"]!.GetValue<long>(),
        json["seconds"]!.GetValue<double>(),
        json["seed"]!.GetValue<long>(),
        json["labels"]!.GetValue<int>());
}
