using System.Text.Json;
using System.Text.Json.Nodes;
using Distill.Pipeline.Options;

namespace Distill.Encoders.Models;

/// <summary>
/// What the files beside a model state about its input: preprocessor_config.json of transformers, or pretrained_cfg in timm's config.json.
/// </summary>
/// <param name="Path">The file that was read.</param>
/// <param name="Size">Height and width of the input; null if the file does not state it.</param>
/// <param name="Mean">Mean per channel for images in [0, 1]; null if the file does not state it.</param>
/// <param name="Deviation">Standard deviation per channel for images in [0, 1].</param>
public sealed record PreprocessorFile(string Path, int? Size, IReadOnlyList<double>? Mean, IReadOnlyList<double>? Deviation)
{
    private const double Byte = 255;

    /// <summary>Names of the files, the first one that exists counts.</summary>
    private static readonly string[] Names = ["preprocessor_config.json", "config.json"];

    /// <summary>
    /// Reads the file beside a model, or in the folder above one called onnx, as in repositories of the Hub; null if there is none.
    /// </summary>
    /// <exception cref="UserException">The file is damaged, or a value in it is of another form.</exception>
    public static PreprocessorFile? Beside(string model)
    {
        var folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(model))!;
        string[] folders = System.IO.Path.GetFileName(folder) == "onnx" ? [folder, System.IO.Path.GetDirectoryName(folder)!] : [folder];
        return folders.SelectMany(place => Names.Select(name => System.IO.Path.Combine(place, name)))
            .Where(File.Exists)
            .Select(Read)
            .FirstOrDefault(file => file is not null);
    }

    private static PreprocessorFile? Read(string path)
    {
        try
        {
            var json = JsonNode.Parse(File.ReadAllText(path)) as JsonObject ?? throw new JsonException("it is not an object");
            return json["pretrained_cfg"] is JsonObject timm ? OfTimm(path, timm)
                : json["image_processor_type"] is not null || json["image_mean"] is not null || json["do_rescale"] is not null
                    ? OfTransformers(path, json)
                    : null;
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException or FormatException)
        {
            throw new UserException($"{path}: found no valid description of an image processor: {malformed.Message}");
        }
    }

    private static PreprocessorFile OfTimm(string path, JsonObject timm) => new(
        path,
        timm["input_size"] is JsonArray { Count: 3 } size ? size[1]!.GetValue<int>() : null,
        Numbers(timm["mean"]),
        Numbers(timm["std"]));

    private static PreprocessorFile OfTransformers(string path, JsonObject json)
    {
        var crop = json["do_center_crop"]?.GetValue<bool>() == false ? null : SizeOf(json["crop_size"]);
        // Values are multiplied by rescale_factor; without rescaling, mean and deviation are for bytes.
        var factor = json["do_rescale"]?.GetValue<bool>() == false ? 1 : json["rescale_factor"]?.GetValue<double>() ?? 1 / Byte;
        var normalizes = json["do_normalize"]?.GetValue<bool>() != false;
        var mean = normalizes ? Numbers(json["image_mean"]) : [0, 0, 0];
        var deviation = normalizes ? Numbers(json["image_std"]) : [1, 1, 1];
        return new PreprocessorFile(
            path,
            crop ?? SizeOf(json["size"]),
            mean?.Select(value => value / (Byte * factor)).ToArray(),
            deviation?.Select(value => value / (Byte * factor)).ToArray());
    }

    private static int? SizeOf(JsonNode? size) => size switch
    {
        JsonObject named => (named["height"] ?? named["shortest_edge"])?.GetValue<int>(),
        JsonValue number => number.GetValue<int>(),
        _ => null,
    };

    private static double[]? Numbers(JsonNode? list) =>
        list is JsonArray values ? [.. values.Select(value => value!.GetValue<double>())] : null;
}
