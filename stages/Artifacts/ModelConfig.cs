using System.Text.Json;
using System.Text.Json.Nodes;
using Distill.Datasets.Images;
using Distill.Learning.Networks;

namespace Distill.Artifacts;

/// <summary>
/// The config.json of a published model: what is needed to build the network and to prepare its images. The keys are timm's
/// (huggingface/pytorch-image-models, timm/models/_hub.py); further ones are under <c>distill</c>.
/// </summary>
/// <param name="Network">Depth, width and stem.</param>
/// <param name="Shape">Shape of an input; its values are in [0, 1].</param>
/// <param name="Labels">Class names in the order of the logits.</param>
/// <param name="CenterCrop">Fraction of the image's shorter side that the center crop keeps.</param>
/// <param name="Temperature">Probabilities are softmax(logits / Temperature).</param>
public sealed record ModelConfig(
    NetworkOptions Network, ImageShape Shape, IReadOnlyList<string> Labels, double CenterCrop, double Temperature)
{
    // PIL's number of the filter.
    private const int Bicubic = 3;

    /// <summary>Maximum shorter side in pixels, to which larger images are scaled down first; null for none.</summary>
    public int? ShorterSide { get; init; }

    /// <summary>What the network sees of an image.</summary>
    public Preprocessing Preprocessing => new(Shape, CenterCrop, ShorterSide);

    /// <summary>Creates the text of config.json.</summary>
    public string ToJson() => new JsonObject
    {
        ["architecture"] = Network.Architecture.Name,
        ["num_classes"] = Labels.Count,
        ["num_features"] = Network.Features,
        ["global_pool"] = "avg",
        ["label_names"] = new JsonArray([.. Labels.Select(label => JsonValue.Create(label))]),
        ["pretrained_cfg"] = new JsonObject
        {
            ["input_size"] = new JsonArray(Shape.Channels, Shape.Height, Shape.Width),
            // Without a normalization, the network takes pixels divided by 255.
            ["mean"] = Numbers(Network.Normalization?.Mean ?? [.. Enumerable.Repeat(0.0, Shape.Channels)]),
            ["std"] = Numbers(Network.Normalization?.Deviation ?? [.. Enumerable.Repeat(1.0, Shape.Channels)]),
            ["interpolation"] = "bicubic",
            ["crop_pct"] = CenterCrop,
            ["first_conv"] = "conv1",
            ["classifier"] = "fc",
        },
        ["distill"] = Further(),
    }.ToFileText();

    /// <summary>
    /// Creates the text of preprocessor_config.json for the ONNX models, for transformers' BitImageProcessor: resize the shorter side, crop
    /// the center, scale to [0, 1]. Normalization is part of the models. That class resizes and then crops whole pixels, so it is near to
    /// <see cref="Preprocessing"/> but not equal; it keeps neither orientation nor white for transparent parts.
    /// </summary>
    /// <remarks>
    /// ViTImageProcessor cannot resize a shorter side or crop. ConvNextImageProcessor does not crop from 384 pixels on.
    /// Images that are not square are resized as a whole, because their networks see all of them.
    /// </remarks>
    public string ToPreprocessorJson() => new JsonObject
    {
        ["image_processor_type"] = "BitImageProcessor",
        ["do_convert_rgb"] = Shape.Channels == 3,
        ["do_resize"] = true,
        ["size"] = IsSquare ? new JsonObject { ["shortest_edge"] = (int)Math.Round(Shape.Height / CenterCrop) } : HeightAndWidth,
        ["resample"] = Bicubic,
        ["do_center_crop"] = IsSquare,
        ["crop_size"] = HeightAndWidth,
        ["do_rescale"] = true,
        ["rescale_factor"] = 1 / 255.0,
        ["do_normalize"] = false,
    }.ToFileText();

    private JsonObject Further()
    {
        var further = new JsonObject
        {
            ["width"] = Network.Width,
            ["stem"] = Network.StemName,
            ["selectiveKernels"] = Network.SelectiveKernels,
            ["temperature"] = Temperature,
            ["shorterSide"] = ShorterSide,
        };
        if (!Network.Architecture.Blocks.SequenceEqual(Architecture.All[Network.Architecture.Name].Blocks))
        {
            further["blocks"] = new JsonArray([.. Network.Architecture.Blocks.Select(count => JsonValue.Create(count))]);
        }

        return further;
    }

    private static Architecture ReadArchitecture(JsonNode json)
    {
        var named = Architecture.All[json["architecture"]!.GetValue<string>()];
        if (json["distill"]!["blocks"] is not JsonArray blocks)
        {
            return named;
        }

        int[] counts = [.. blocks.Select(count => count!.GetValue<int>())];
        return counts.Length == named.Blocks.Count && counts.All(count => count is >= 1 and <= 200)
            ? named with { Blocks = counts }
            : throw new FormatException($"its blocks are {string.Join(", ", counts)}");
    }

    /// <summary>Reads a config.json.</summary>
    /// <exception cref="InvalidDataException">The file is not a published model's config.json.</exception>
    public static ModelConfig Read(string path)
    {
        try
        {
            var json = JsonNode.Parse(File.ReadAllText(path))!;
            var size = json["pretrained_cfg"]!["input_size"]!.AsArray().Select(v => v!.GetValue<int>()).ToArray();
            var network = new NetworkOptions(
                ReadArchitecture(json),
                json["distill"]!["width"]!.GetValue<double>(),
                NetworkOptions.StemNames[json["distill"]!["stem"]!.GetValue<string>()],
                json["distill"]!["selectiveKernels"]!.GetValue<bool>(),
                ReadNormalization(json["pretrained_cfg"]!));
            if (network.Normalization?.Fits(size[0]) == false)
            {
                throw new FormatException($"mean and std must have {size[0]} values each, and those of std must be above 0");
            }

            var temperature = json["distill"]!["temperature"]?.GetValue<double>() ?? 1;
            if (!(temperature > 0 && double.IsFinite(temperature)))
            {
                throw new FormatException(FormattableString.Invariant($"its temperature is {temperature}"));
            }

            var crop = json["pretrained_cfg"]!["crop_pct"]!.GetValue<double>();
            var shorterSide = json["distill"]!["shorterSide"]?.GetValue<int>();
            if (!(crop is > 0 and <= 1) || shorterSide <= 0)
            {
                throw new FormatException(FormattableString.Invariant($"its crop_pct is {crop} and its shorterSide {shorterSide}"));
            }

            return new ModelConfig(
                network,
                new ImageShape(size[0], size[1], size[2]),
                [.. json["label_names"]!.AsArray().Select(label => label!.GetValue<string>())],
                crop,
                temperature)
            {
                ShorterSide = shorterSide,
            };
        }
        catch (Exception e) when (e is JsonException or NullReferenceException or KeyNotFoundException
            or InvalidOperationException or FormatException or IndexOutOfRangeException or ArgumentException or OverflowException)
        {
            throw new InvalidDataException($"{path}: not the config.json of a model that distill published ({e.Message})");
        }
    }

    private bool IsSquare => Shape.Height == Shape.Width;

    private JsonObject HeightAndWidth => new() { ["height"] = Shape.Height, ["width"] = Shape.Width };

    private static Normalization? ReadNormalization(JsonNode json)
    {
        double[] mean = [.. json["mean"]!.AsArray().Select(number => number!.GetValue<double>())];
        double[] deviation = [.. json["std"]!.AsArray().Select(number => number!.GetValue<double>())];
        return mean.All(number => number == 0) && deviation.All(number => number == 1) ? null : new Normalization(mean, deviation);
    }

    private static JsonArray Numbers(IReadOnlyList<double> numbers) => new([.. numbers.Select(number => JsonValue.Create(number))]);
}
