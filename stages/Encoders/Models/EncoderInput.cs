using Distill.Encoders.Options;
using Distill.Pipeline.Options;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Distill.Encoders.Models;

/// <summary>All that is to be known about a model's input, from the options, the model and the files beside it, in this order.</summary>
/// <param name="Name">Name of the input.</param>
/// <param name="Type">Type of its values: fp32, fp16, or bytes, which are not normalized.</param>
/// <param name="Batch">Images per run. Smaller batches are filled up, so that the features of an image do not depend on the others.</param>
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
    /// <summary>Color channels; gray images are repeated.</summary>
    public const int Channels = 3;

    private const int DefaultSize = 224;

    /// <summary>Images per run of a model with a free batch size.</summary>
    private const int FreeBatch = 8;

    // The values of torchvision's models.
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
        if (height > 0 && (height != width || (options.Size is { } size && size != height)))
        {
            throw Wrong(options, $"input {name} takes {height}×{width} pixels, expected a square of size {options.Size ?? height}");
        }

        return new EncoderInput(
            name,
            node.ElementDataType is TensorElementType.Float or TensorElementType.Float16 or TensorElementType.UInt8
                ? node.ElementDataType
                : throw Wrong(options, $"input {name} takes {node.ElementDataType}, expected fp32, fp16 or bytes"),
            node.Dimensions[0] > 0 ? node.Dimensions[0] : FreeBatch,
            options.Size ?? (height > 0 ? height : beside?.Size ?? DefaultSize),
            channelsLast,
            options.ChannelOrder == ChannelOrder.Bgr,
            PerChannel(options, options.Normalization?.Mean ?? beside?.Normalization?.Mean ?? ImageNetMean),
            PerChannel(options, options.Normalization?.Deviation ?? beside?.Normalization?.Deviation ?? ImageNetDeviation));
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

    private static bool IsChannelsLast(EncoderOptions options, string name, int[] shape) => options.Layout switch
    {
        TensorLayout.Nchw => false,
        TensorLayout.Nhwc => true,
        _ when shape[1] == Channels => false,
        _ when shape[3] == Channels => true,
        _ when shape[1] < 0 && shape[3] < 0 => false,
        _ => throw Wrong(options, $"input {name} has the shape [{string.Join(", ", shape)}], expected 3 channels"),
    };

    private static IReadOnlyList<double> PerChannel(EncoderOptions options, IReadOnlyList<double> values) =>
        values.Count == Channels ? values
        : values.Count == 1 ? [values[0], values[0], values[0]]
        : throw Wrong(options, $"found {values.Count} values of mean and deviation, expected {Channels}, one per channel");

    private static UserException Wrong(EncoderOptions options, string message) => new($"{options.File} ({options.Where}): {message}");
}
