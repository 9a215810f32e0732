using System.Text.Json;
using Distill.Learning.Networks;
using Distill.Pipeline.Options;

namespace Distill.Encoders.Models;

/// <summary>
/// What the files beside an ONNX model state about its input: preprocessor_config.json of transformers, or timm's config.json.
/// </summary>
/// <param name="Path">The file that was read.</param>
/// <param name="Size">Height and width of the input; null if the file does not state it.</param>
/// <param name="Normalization">Mean, deviation and order of the channels; null if the file does not state them.</param>
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
            var json = GivenJson.ReadObject(path) ?? throw new JsonException("it is not an object");
            var timm = GivenConfig.Timm(json);
            return new PreprocessorFile(
                path,
                GivenJson.Square(path, timm, "input_size")
                    ?? (GivenJson.Flag(path, json, "do_center_crop") is false ? null : GivenJson.Square(path, json, "crop_size"))
                    ?? GivenJson.Square(path, json, "size"),
                GivenNormalization.OfTimm(path, timm) ?? GivenNormalization.OfTransformers(path, json));
        }
        catch (InvalidDataException impossible)
        {
            throw new UserException(impossible.Message);
        }
        catch (JsonException malformed)
        {
            throw new UserException($"{path}: found no valid description of an image processor: {malformed.Message}");
        }
    }
}
