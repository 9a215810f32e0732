using System.Text.Json.Nodes;
using Distill.Imaging.Splits;
using Distill.Pipeline.Storage;

namespace Distill.Cli.Planning;

/// <summary>What keys of stages say of labels.</summary>
internal static class StageKeys
{
    /// <summary>A key that also depends on which images are labeled.</summary>
    public static JsonObject WithLabels(JsonObject key, LabelSplitOptions labels)
    {
        key["labels"] = Of(labels);
        return key;
    }

    /// <summary>Which images a block calls labeled; a list by its content.</summary>
    public static JsonObject Of(LabelSplitOptions labels) => new()
    {
        ["fraction"] = labels.Fraction,
        ["perClass"] = labels.PerClass,
        ["list"] = labels.List is { } list ? FileHash.OfFile(list) : null,
        ["seed"] = labels.Seed,
    };
}
