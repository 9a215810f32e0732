using System.Text.Json.Nodes;
using Distill.Imaging.Splits;
using Distill.Pipeline.Storage;

namespace Distill.Cli.Planning;

/// <summary>The part of stage keys that depends on labels.</summary>
internal static class StageKeys
{
    /// <summary>Adds to a key which images are labeled, and returns the same key.</summary>
    public static JsonObject WithLabels(JsonObject key, LabelSplitOptions labels)
    {
        key["labels"] = Labels(labels);
        return key;
    }

    /// <summary>Describes which images are labeled. A list counts by the SHA-256 of its content, not by its path.</summary>
    public static JsonObject Labels(LabelSplitOptions labels) => new()
    {
        ["fraction"] = labels.Fraction,
        ["perClass"] = labels.PerClass,
        ["list"] = labels.List is { } list ? FileHash.OfFile(list) : null,
        ["seed"] = labels.Seed,
    };
}
