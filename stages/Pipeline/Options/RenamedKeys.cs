namespace Distill.Pipeline.Options;

/// <summary>Names of pipeline.json that changed in version 0.2, so that an old file gets one message with the new name.</summary>
internal static class RenamedKeys
{
    private static readonly Dictionary<string, string[]> Keys = new()
    {
        ["views"] = ["augmentations", "viewsPerImage"],
        ["centreCrop"] = ["centerCrop"],
        ["warmup"] = ["warmupFraction"],
        ["memory"] = ["queue"],
        ["keys"] = ["size"],
        ["share"] = ["fraction"],
        ["heldOut"] = ["heldOutFraction"],
        ["neighbours"] = ["neighbors"],
        ["unlabelled"] = ["unlabeled"],
        ["labelledBatchSize"] = ["labeledBatchSize"],
    };

    private static readonly Dictionary<string, string> Values = new()
    {
        ["greyscale"] = "grayscale",
        ["labelled"] = "labeled",
        ["unlabelled"] = "unlabeled",
    };

    /// <summary>Advice for the old way to leave out a block; null for any other key or value.</summary>
    /// <param name="name">An unknown key, or a wrong value.</param>
    /// <param name="allowed">Keys that the block has.</param>
    public static string? Advice(string? name, IReadOnlyCollection<string> allowed) =>
        name == "balanceClasses" && allowed.Contains("classFrequencies")
            ? "set classFrequencies to \"equal\" for true, and leave it out for false"
            : name is "labels" or "none" && allowed.Contains("enabled")
            ? "leave the block out with null in its place, or with \"enabled\": false"
            : null;

    /// <summary>The present name of a key among the allowed ones; null for a key that was never renamed.</summary>
    public static string? KeyFor(string key, IReadOnlyCollection<string> allowed) =>
        Keys.GetValueOrDefault(key)?.FirstOrDefault(allowed.Contains);

    /// <summary>The present name of a value among the allowed ones; null for a value that was never renamed.</summary>
    public static string? ValueFor(string? value, IEnumerable<string> allowed) =>
        value is not null && Values.GetValueOrDefault(value) is { } name && allowed.Contains(name) ? name : null;
}
