using Distill.Encoders.Options;
using Distill.Learning.Networks;
using Distill.Pipeline.Options;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Distill.Encoders.Models;

/// <summary>All that is to be known about a model's input, from the options, the model and the files beside it, in this order.</summary>
/// <param name="Name">Name of the input.</param>
/// <param name="Type">Type of its values: fp32, fp16, or bytes, which are not normalized.</param>
/// <param name="Batch">Images per run, which the model fixes. One where it is free, so that nothing is filled up.</param>
/// <param name="Size">Height and width in pixels.</param>
/// <param name="ChannelsLast">Whether the channels are the last dimension.</param>
/// <param name="Bgr">Whether blue comes first.</param>
/// <param name="Mean">Mean per channel, in the input's order, for images in [0, 1].</param>
/// <param name="Deviation">Standard deviation per channel, in the input's order, for images in [0, 1].</param>
internal sealed record EncoderInput(
    string Name,
    TensorElementType Type,
    int Batch,
    int Size,
    bool ChannelsLast,
    bool Bgr,
    IReadOnlyList<double> Mean,
    IReadOnlyList<double> Deviation)
{
    /// <summary>One sentence for the user: how images are prepared, and where each value comes from.</summary>
    public required string Summary { get; init; }

    /// <summary>Color channels; gray images are repeated.</summary>
    public const int Channels = 3;

    private const int DefaultSize = 224;

    // Where a value comes from.
    private const string Configured = "configured";
    private const string Model = "the model";
    private const string Default = "default";

    // The values of torchvision's models, red first.
    private static readonly double[] ImageNetMean = [0.485, 0.456, 0.406];
    private static readonly double[] ImageNetDeviation = [0.229, 0.224, 0.225];

    /// <summary>Shape of the input tensor.</summary>
    public long[] Shape => ChannelsLast ? [Batch, Size, Size, Channels] : [Batch, Channels, Size, Size];

    /// <summary>Finds out about the input.</summary>
    /// <exception cref="UserException">The model has no input for images, or the options contradict it.</exception>
    public static EncoderInput Create(EncoderOptions options, IReadOnlyDictionary<string, NodeMetadata> inputs)
    {
        var (name, node) = Choose(options, inputs);
        var channelsLast = IsChannelsLast(options, name, node.Dimensions);
        var beside = PreprocessorFile.Beside(options.File);
        var (height, width) = channelsLast ? (node.Dimensions[1], node.Dimensions[2]) : (node.Dimensions[2], node.Dimensions[3]);
        if (height > 0 && (height != width || (options.Size is { } wanted && wanted != height)))
        {
            throw Wrong(options, $"input {name} takes {height}×{width} pixels, expected a square of size {options.Size ?? height}");
        }

        var type = node.ElementDataType is TensorElementType.Float or TensorElementType.Float16 or TensorElementType.UInt8
            ? node.ElementDataType
            : throw Wrong(options, $"input {name} takes {node.ElementDataType}, expected fp32, fp16 or bytes");
        if (type == TensorElementType.UInt8 && options.Normalization is not null)
        {
            throw Wrong(options, $"found mean and deviation, but input {name} takes bytes, which the model normalizes; remove both");
        }

        var (size, sizeFrom) = height > 0 ? (height, Model)
            : options.Size is { } configured ? (configured, Configured)
            : beside?.Size is { } stated ? (stated, beside.Path)
            : (DefaultSize, Default);
        var (bgr, orderFrom) = options.ChannelOrder != ChannelOrder.Auto ? (options.ChannelOrder == ChannelOrder.Bgr, Configured)
            : beside?.Normalization is { Bgr: true } ? (true, beside.Path)
            : (false, Default);
        var (mean, deviation, from) = options.Normalization is { } given ? (given.Mean, given.Deviation, Configured)
            : beside?.Normalization is { } found ? (found.Mean, found.Deviation, found.File)
            : (ImageNetMean, ImageNetDeviation, $"{Default}, those of ImageNet");
        (mean, deviation) = (PerChannel(options, mean), PerChannel(options, deviation));
        if (bgr && options.Normalization is null)
        {
            // Files and the default have red first; only the options are in the order of the model.
            (mean, deviation) = ([.. mean.Reverse()], [.. deviation.Reverse()]);
        }

        var order = bgr ? "blue" : "red";
        var values = type == TensorElementType.UInt8
            ? "bytes, which the model normalizes"
            : $"mean {Normalization.Text(mean)} and deviation {Normalization.Text(deviation)} ({from})";
        return new EncoderInput(name, type, Math.Max(1, node.Dimensions[0]), size, channelsLast, bgr, mean, deviation)
        {
            Summary = $"{options.File}: images of {size}×{size} pixels ({sizeFrom}), {order} first ({orderFrom}), {values}",
        };
    }

    private static (string Name, NodeMetadata Node) Choose(EncoderOptions options, IReadOnlyDictionary<string, NodeMetadata> inputs)
    {
        var known = string.Join(", ", inputs.Keys);
        var name = options.Input ?? (inputs.Count == 1
            ? inputs.Keys.Single()
            : throw Wrong(options, $"found the inputs {known}, expected one; export only the part for images"));
        return !inputs.TryGetValue(name, out var node) ? throw Wrong(options, $"found the inputs {known}, expected {name}")
            : inputs.Count > 1 ? throw Wrong(options, $"found the inputs {known}, expected only {name}; export only the part for images")
            : node.IsTensor && node.Dimensions.Length == 4 ? (name, node)
            : throw Wrong(
                options, $"input {name} has the shape [{string.Join(", ", node.Dimensions)}], expected [batch, channels, height, width]");
    }

    private static bool IsChannelsLast(EncoderOptions options, string name, int[] shape)
    {
        var last = options.Layout switch
        {
            TensorLayout.Nchw => false,
            TensorLayout.Nhwc => true,
            _ when shape[1] == Channels => false,
            _ when shape[3] == Channels => true,
            _ when shape[1] < 0 && shape[3] < 0 => false,
            _ when shape[1] < 0 || shape[3] < 0 => throw Wrong(
                options, $"input {name} has the shape [{string.Join(", ", shape)}], which does not tell which dimension has the channels; "
                    + "set layout to nchw or nhwc"),
            _ => false,
        };
        return shape[last ? 3 : 1] is var channels && (channels < 0 || channels == Channels)
            ? last
            : throw Wrong(options, $"input {name} has the shape [{string.Join(", ", shape)}], expected 3 channels");
    }

    private static IReadOnlyList<double> PerChannel(EncoderOptions options, IReadOnlyList<double> values) =>
        values.Count == Channels ? values
        : values.Count == 1 ? [values[0], values[0], values[0]]
        : throw Wrong(options, $"found {values.Count} values of mean and deviation, expected {Channels}, one per channel");

    private static UserException Wrong(EncoderOptions options, string message) => new($"{options.File} ({options.Where}): {message}");
}
