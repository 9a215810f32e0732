using System.Text.Json;
using System.Text.Json.Nodes;
using Distill.Learning.Networks;
using Distill.Pipeline.Options;

namespace Distill.Encoders.Models;

/// <summary>
/// What the files beside an ONNX model state about its input: preprocessor_config.json of transformers, or pretrained_cfg in timm's
/// config.json.
/// </summary>
/// <param name="Path">The file that was read.</param>
/// <param name="Size">Height and width of the input; null if the file does not state it.</param>
/// <param name="Normalization">Mean and deviation; null if the file does not state them.</param>
internal sealed record PreprocessorFile(string Path, int? Size, GivenNormalization? Normalization)
{
    /// <summary>Names of the files; the first one that says something counts.</summary>
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
            .FirstOrDefault(file => file.Size is not null || file.Normalization is not null);
    }

    private static PreprocessorFile Read(string path)
    {
        try
        {
            var json = JsonNode.Parse(File.ReadAllText(path)) as JsonObject ?? throw new JsonException("it is not an object");
            return json["pretrained_cfg"] is JsonObject timm
                ? new PreprocessorFile(
                    path,
                    timm["input_size"] is JsonArray { Count: 3 } size ? size[1]!.GetValue<int>() : null,
                    GivenNormalization.OfTimm(path, timm))
                : new PreprocessorFile(path, SizeOfTransformers(json), GivenNormalization.OfTransformers(path, json));
        }
        catch (InvalidDataException impossible)
        {
            throw new UserException(impossible.Message);
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException or FormatException)
        {
            throw new UserException($"{path}: found no valid description of an image processor: {malformed.Message}");
        }
    }

    private static int? SizeOfTransformers(JsonObject json) =>
        (json["do_center_crop"]?.GetValue<bool>() == false ? null : SizeOf(json["crop_size"])) ?? SizeOf(json["size"]);

    private static int? SizeOf(JsonNode? size) => size switch
    {
        JsonObject named => (named["height"] ?? named["shortest_edge"])?.GetValue<int>(),
        JsonValue number => number.GetValue<int>(),
        _ => null,
    };
}
