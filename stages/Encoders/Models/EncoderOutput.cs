// B images of a run, D features, T tokens, C channels, H height, W width
using Distill.Encoders.Options;
using Distill.Pipeline.Options;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Tensor = TorchSharp.torch.Tensor;

namespace Distill.Encoders.Models;

/// <summary>The output of a model that has the features, and how they become one vector per image.</summary>
/// <param name="Name">Name of the output.</param>
/// <param name="Pooling">How maps and tokens are pooled.</param>
/// <param name="ChannelsLast">Whether maps have their channels last, as the model's input.</param>
internal sealed record EncoderOutput(string Name, FeaturePooling Pooling, bool ChannelsLast)
{
    /// <summary>Names that exporters give to one vector per image, the best first.</summary>
    private static readonly string[] Pooled = ["image_embeds", "pooler_output", "features", "embedding", "embeddings", "pooled"];

    /// <summary>Chooses the output.</summary>
    /// <exception cref="UserException">The model has several outputs, and neither the option nor a usual name tells which one.</exception>
    public static EncoderOutput Create(
        EncoderOptions options, IReadOnlyDictionary<string, NodeMetadata> outputs, bool channelsLast)
    {
        var name = options.Output ?? (outputs.Count == 1 ? outputs.Keys.Single() : Pooled.FirstOrDefault(outputs.ContainsKey));
        return name is not null && outputs.TryGetValue(name, out var node)
            && node.ElementDataType is TensorElementType.Float
                or TensorElementType.Float16
                ? new EncoderOutput(name, options.Pooling, channelsLast)
                : throw new UserException(
                    $"{options.File} ({options.Where}): found the outputs {string.Join(", ", outputs.Keys)}, "
                    + $"expected {options.Output ?? "one"} of fp32 or fp16; set output to the name of the features");
    }

    /// <summary>Pools an output of shape [B, D], [B, T, D], [B, C, H, W] or, channels last, [B, H, W, C] to [B, D].</summary>
    /// <param name="output">What the model computed.</param>
    /// <param name="batch">B.</param>
    /// <exception cref="InvalidDataException">The output has another shape.</exception>
    public Tensor Pool(Tensor output, int batch) => (output.dim(), Pooling) switch
    {
        _ when output.dim() == 0 || output.shape[0] != batch => throw new InvalidDataException(
            $"output {Name} has the shape [{string.Join(", ", output.shape)}], expected {batch} rows for a batch of {batch}; "
            + "export the model with a free batch size"),
        (2, _) => output,
        (3, FeaturePooling.Mean) => output.mean([1]),
        (3, _) => output.select(1, 0),
        (4, _) => output.mean(ChannelsLast ? [1, 2] : [2, 3]),
        _ => throw new InvalidDataException(
            $"output {Name} has the shape [{string.Join(", ", output.shape)}], expected [batch, features], [batch, tokens, features] "
            + "or [batch, channels, height, width]"),
    };
}
