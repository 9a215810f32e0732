using System.Text.Json.Nodes;

namespace Distill.Learning.Networks;

/// <summary>A normalization that a file beside given weights states.</summary>
/// <param name="File">Path of the file.</param>
/// <param name="Names">What the file calls mean and deviation.</param>
/// <param name="Mean">Per channel, for images in [0, 1].</param>
/// <param name="Deviation">Per channel, for images in [0, 1].</param>
public sealed record GivenNormalization(string File, string Names, IReadOnlyList<double> Mean, IReadOnlyList<double> Deviation)
{
    private const double Tolerance = 0.01;
    private const double Bytes = 255;
    private const string Flip = "do_flip_channel_order";

    /// <summary>What transformers' image processors state about values and channels.</summary>
    private static readonly string[] Keys =
        ["image_mean", "image_std", "do_normalize", "do_rescale", "rescale_factor", "rescale_offset", Flip];

    /// <summary>Whether the images have blue first. Mean and deviation have red first all the same.</summary>
    public bool Bgr { get; private init; }

    /// <summary>Reads <c>mean</c> and <c>std</c> of timm's pretrained_cfg; null if there are none.</summary>
    /// <exception cref="InvalidDataException">They are not numbers, or for images in 0 … 255.</exception>
    public static GivenNormalization? OfTimm(string file, JsonObject? json) =>
        Create(file, "mean and std", json?["mean"], json?["std"], scale: 1, offset: 0);

    /// <summary>
    /// Reads <c>image_mean</c> and <c>image_std</c> of transformers' image processors, which scale images by <c>rescale_factor</c> first;
    /// null if there are none. A processor that states neither, but how it scales images or orders their channels, does not normalize.
    /// </summary>
    /// <exception cref="InvalidDataException">
    /// They are not numbers, or they are for images in 0 … 255, but the processor scales images to [0, 1].
    /// </exception>
    public static GivenNormalization? OfTransformers(string file, JsonObject? json)
    {
        const string names = "image_mean and image_std";
        if (json is null || !Array.Exists(Keys, key => json[key] is not null))
        {
            return null;
        }

        var rescales = GivenJson.Flag(file, json, "do_rescale") is not false;
        var factor = GivenJson.Positive(file, json, "rescale_factor") is { } given && rescales ? given : rescales ? 1 / 255.0 : 1;
        var offset = GivenJson.Flag(file, json, "rescale_offset") is true && rescales ? 1 : 0;
        var normalizes = GivenJson.Flag(file, json, "do_normalize") ?? (json["image_mean"] is not null || json["image_std"] is not null);
        var created = normalizes
            ? Create(file, names, json["image_mean"], json["image_std"], factor * Bytes, offset)
            : Create(file, names, 0.0, 1.0, factor * Bytes, offset);
        var flips = GivenJson.Flag(file, json, Flip) is true;
        return created is null && flips
            ? throw new InvalidDataException($"{file}: found {Flip} without {names}, expected both, or do_normalize false")
            : created is null ? null : created with { Bgr = flips };
    }

    /// <summary>Compares it with the configured normalization.</summary>
    /// <exception cref="InvalidDataException">They differ.</exception>
    public void Check(Normalization? configured, int channels)
    {
        if (Bgr)
        {
            throw new InvalidDataException(
                $"{File}: found {Flip} true, which is for networks that take blue first, expected one that takes red first; "
                + "reverse the input channels of its first convolution, or remove this file if it belongs to another network");
        }

        if (Close(Mean, configured?.Mean, channels, absent: 0) && Close(Deviation, configured?.Deviation, channels, absent: 1))
        {
            return;
        }

        var (mean, deviation) = (Normalization.Text(PerChannel(Mean, channels)), Normalization.Text(PerChannel(Deviation, channels)));
        var found = configured is null
            ? "has neither mean nor deviation"
            : $"has mean {Normalization.Text(configured.Mean)} and deviation {Normalization.Text(configured.Deviation)}";
        var advice = Mean.All(value => value == 0) && Deviation.All(value => value == 1)
            ? "remove both from it"
            : $"set \"mean\": {mean}, \"deviation\": {deviation} in it";
        throw new InvalidDataException(
            $"{File}: found {Names} {mean} and {deviation}, but $.pretrain.network {found}; "
            + $"{advice}, or remove this file if it belongs to another network");
    }

    private static GivenNormalization? Create(string file, string names, JsonNode? mean, JsonNode? deviation, double scale, double offset)
    {
        if (mean is null && deviation is null)
        {
            return null;
        }

        if (Numbers(mean) is not { } means || Numbers(deviation) is not { } deviations
            || means.Length != deviations.Length || deviations.Any(value => value <= 0))
        {
            throw new InvalidDataException(
                $"{file}: found {names} {Shown(mean)} and {Shown(deviation)}, expected a number per channel, the second ones above 0");
        }

        double[] scaledMean = [.. means.Select(value => (value + offset) / scale)];
        double[] scaledDeviation = [.. deviations.Select(value => value / scale)];
        return Normalization.ForBytes(scaledMean, scaledDeviation) is { } advice
            ? throw new InvalidDataException(
                $"{file}: found {names} {Shown(mean)} and {Shown(deviation)}, {advice}")
            : new GivenNormalization(file, names, scaledMean, scaledDeviation);
    }

    /// <summary>Returns one number per channel. A single number stands for all of them.</summary>
    private static IReadOnlyList<double> PerChannel(IReadOnlyList<double> given, int channels) =>
        given.Count == 1 ? [.. Enumerable.Repeat(given[0], channels)] : given;

    private static bool Close(IReadOnlyList<double> given, IReadOnlyList<double>? configured, int channels, double absent)
    {
        given = PerChannel(given, channels);
        return given.Count == channels && given.Index().All(entry =>
        {
            var other = configured?[entry.Index] ?? absent;
            return Math.Abs(entry.Item - other) <= Tolerance * Math.Max(Math.Abs(other), Tolerance);
        });
    }

    private static string Shown(JsonNode? json) => json?.ToJsonString() ?? "null";

    private static double[]? Numbers(JsonNode? json)
    {
        double[] numbers = json switch
        {
            JsonArray array => [.. array.SelectMany(item => Numbers(item) ?? [])],
            JsonValue value when value.TryGetValue(out double number) && double.IsFinite(number) => [number],
            _ => [],
        };
        return numbers.Length > 0 ? numbers : null;
    }
}
