using System.Text.Json;
using System.Text.Json.Nodes;

namespace Distill.Learning.Networks;

/// <summary>
/// What the files beside given weights say about them: timm's and this project's config.json, and transformers' config.json and
/// preprocessor_config.json. The weights themselves state neither class order, nor normalization, nor stem.
/// </summary>
/// <param name="Labels">Class names in the order of the logits; null if no file has them.</param>
/// <param name="Normalizations">Every normalization that is stated, for images in [0, 1].</param>
/// <param name="Stem">Name of the stem; null if no file has it.</param>
public sealed record GivenConfig(
    GivenLabels? Labels, IReadOnlyList<GivenNormalization> Normalizations, (string File, string Name)? Stem)
{
    /// <summary>Reads the files beside weights. A file that is missing, not JSON, or about something else says nothing.</summary>
    /// <exception cref="InvalidDataException">A normalization is for images in 0 … 255.</exception>
    public static GivenConfig Beside(string weights)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(weights))!;
        var (config, processor) = (Path.Combine(folder, "config.json"), Path.Combine(folder, "preprocessor_config.json"));
        var (configJson, processorJson) = (Read(config), Read(processor));
        GivenNormalization?[] normalizations =
        [
            GivenNormalization.OfTimm(config, configJson is null ? null : Timm(configJson)),
            GivenNormalization.OfTransformers(config, configJson),
            // The processor of a model that this project publishes is for ONNX models, which normalize by themselves.
            configJson?["distill"] is JsonObject ? null : GivenNormalization.OfTransformers(processor, processorJson),
        ];
        return new GivenConfig(
            GivenLabels.Of(config, configJson),
            [.. normalizations.OfType<GivenNormalization>()],
            (configJson?["distill"] as JsonObject)?["stem"] is JsonValue stem ? (config, stem.ToString()) : null);
    }

    /// <summary>Returns the part of a config.json that describes timm's images; older files have no block for it.</summary>
    public static JsonObject Timm(JsonObject config) => config["pretrained_cfg"] as JsonObject ?? config;

    /// <summary>Compares the options of the network with these files.</summary>
    /// <param name="options">Options of the network in pipeline.json.</param>
    /// <param name="channels">Channels of the images.</param>
    /// <exception cref="InvalidDataException">They differ. The message has both, and what to do.</exception>
    public void CheckNetwork(NetworkOptions options, int channels)
    {
        foreach (var normalization in Normalizations)
        {
            normalization.Check(options.Normalization, channels);
        }

        if (Stem is { } given && given.Name != options.StemName)
        {
            throw new InvalidDataException(
                $"{given.File}: found the stem {given.Name}, but $.pretrain.network.stem is {options.StemName}; "
                + $"set it to \"{given.Name}\", or remove this file if it belongs to another network");
        }
    }

    private static JsonObject? Read(string path)
    {
        try
        {
            return File.Exists(path) ? GivenJson.ReadObject(path) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
