using System.Text.Json.Nodes;
using Distill.Learning.Networks;
using Distill.Pipeline.Options;

namespace Distill.Encoders.Options;

/// <summary>
/// A frozen encoder from elsewhere, an item of <c>pretrain.encoder</c>. What is null is read from the model or from files beside it.
/// </summary>
/// <param name="File">Path of the ONNX model.</param>
/// <param name="Input">Name of the input for images; null if the model has only one input.</param>
/// <param name="Output">Name of the output with the features; null to choose.</param>
/// <param name="Size">Height and width of the input in pixels.</param>
/// <param name="Layout">Order of the input's dimensions.</param>
/// <param name="ChannelOrder">Order of the input's channels.</param>
/// <param name="Normalization">Mean and deviation per channel, in the input's order, for images in [0, 1].</param>
/// <param name="Pooling">How the output becomes one vector.</param>
/// <param name="License">License of the model, for the model card.</param>
public sealed record EncoderOptions(
    string File,
    string? Input,
    string? Output,
    int? Size,
    TensorLayout Layout,
    ChannelOrder ChannelOrder,
    Normalization? Normalization,
    FeaturePooling Pooling,
    string? License)
{
    private const string Key = "encoder";

    /// <summary>Where the option is in pipeline.json, for messages.</summary>
    public string Where { get; private init; } = "";

    /// <summary>The configured name; null for that of the file.</summary>
    public string? GivenName { get; private init; }

    /// <summary>
    /// Name in results and model cards. By default, it is that of the file, or of its folder if the file is called model.onnx. A folder
    /// called onnx tells nothing either.
    /// </summary>
    public string Name => GivenName ?? (Path.GetFileNameWithoutExtension(File) is var name && name is "model" or "encoder"
        ? FolderName(Path.GetDirectoryName(Path.GetFullPath(File))) ?? name
        : name);

    /// <summary>The encoder's part of a stage key: everything but path and name, because the content of the file is an input.</summary>
    public JsonObject ToJson() => new()
    {
        ["input"] = Input,
        ["output"] = Output,
        ["size"] = Size,
        ["layout"] = Layout.ToString(),
        ["channelOrder"] = ChannelOrder.ToString(),
        ["mean"] = Numbers(Normalization?.Mean),
        ["deviation"] = Numbers(Normalization?.Deviation),
        ["pooling"] = Pooling.ToString(),
        ["license"] = License,
    };

    /// <summary>Reads the encoders of the block <c>pretrain</c>; none if it has no key <c>encoder</c>.</summary>
    /// <exception cref="UserException">A value is impossible, or two encoders have one name.</exception>
    public static IReadOnlyList<EncoderOptions> ReadAll(JsonSection pretrain)
    {
        var sections = pretrain.OptionalBlocks(
            Key, "file",
            "Frozen encoder from elsewhere in place of pretraining: the path of an ONNX model, an object, or a list to average. "
                + $"Also a name: {string.Join(", ", KnownEncoder.All.Keys)}.");
        EncoderOptions[] encoders = [.. sections.Select(Read)];
        return encoders.GroupBy(encoder => encoder.Name).FirstOrDefault(same => same.Count() > 1) is { } twice
            ? throw pretrain.Error(
                Key, $"found two encoders named {twice.Key} ({string.Join(", ", twice.Select(encoder => encoder.File))}), "
                    + "expected different names; set the name of one of them")
            : encoders;
    }

    private static EncoderOptions Read(JsonSection section)
    {
        var file = section.Text("file", "", "Path of an ONNX model, or the name of a known encoder.");
        if (file.Length == 0)
        {
            throw section.Error("file", "found no file, expected the path of an ONNX model");
        }

        var known = KnownEncoder.Find(file)?.Options;
        return new EncoderOptions(
            known?.File ?? file,
            section.OptionalText("input", "Name of the input for images, if the model has several inputs.") ?? known?.Input,
            section.OptionalText("output", "Name of the output with the features. Default: the only one, or the pooled one.")
                ?? known?.Output,
            section.OptionalInteger("size", 1, 4096, "Height and width of the input in pixels. Default: as the model states, else 224.")
                ?? known?.Size,
            section.Choice("layout", known?.Layout ?? TensorLayout.Auto, "Order of the input's dimensions. auto: as its shape tells."),
            section.Choice(
                "channelOrder", known?.ChannelOrder ?? ChannelOrder.Auto,
                "Order of the color channels. auto: as a file beside the model states, else rgb."),
            Normalization.Read(
                section,
                known?.Normalization,
                "default: as preprocessor_config.json or config.json beside the model states, else ImageNet's"),
            section.Choice(
                "pooling", FeaturePooling.Auto,
                "How an output of maps or tokens becomes one vector. auto: the mean of maps, the first of tokens."),
            section.OptionalText("license", "License of the model, for the model card of the student.") ?? known?.License)
        {
            Where = section.Path,
            GivenName = ReadName(section),
        };
    }

    private static string? ReadName(JsonSection section)
    {
        var name = section.OptionalText("name", "Name in results and model cards. Default: that of the file or its folder.");
        return string.IsNullOrWhiteSpace(name) && name is not null
            ? throw section.Error("name", "found no text, expected a name")
            : name;
    }

    private static string? FolderName(string? folder) => Path.GetFileName(folder) switch
    {
        null or "" => null,
        "onnx" => FolderName(Path.GetDirectoryName(folder)),
        var name => name,
    };

    private static JsonArray? Numbers(IReadOnlyList<double>? values) =>
        values is null ? null : new JsonArray([.. values.Select(value => JsonValue.Create(value))]);
}
