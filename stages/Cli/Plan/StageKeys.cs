using System.Text.Json.Nodes;
using Distill.Imaging.Splits;
using Distill.Pipeline.Storage;

namespace Distill.Cli.Plan;

/// <summary>What keys of stages say of labels.</summary>
internal static class StageKeys
{
    /// <summary>A key that also depends on which images are labelled.</summary>
    public static JsonObject WithLabels(JsonObject key, LabelOptions labels)
    {
        key["labels"] = Of(labels);
        return key;
    }

    /// <summary>Which images a block calls labelled; a list by its content.</summary>
    public static JsonObject Of(LabelOptions labels) => new()
    {
        ["fraction"] = labels.Fraction,
        ["perClass"] = labels.PerClass,
        ["list"] = labels.List is { } list ? FileHash.OfFile(list) : null,
        ["seed"] = labels.Seed,
    };
}
