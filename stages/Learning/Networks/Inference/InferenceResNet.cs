using Distill.Learning.Onnx;
using static TorchSharp.torch;

// N images, C channels, H height, W width, D features, K classes
namespace Distill.Learning.Networks.Inference;

/// <summary>A <see cref="ResNet"/> in its form for inference.</summary>
/// <param name="normalization">Normalization of the images, in fp32; null for none.</param>
/// <param name="stem">The convolutions before the first stage.</param>
/// <param name="pooledStem">Whether a max-pool follows the stem.</param>
/// <param name="blocks">The residual blocks of all stages.</param>
/// <param name="classifier">The last layer; null for an encoder.</param>
/// <param name="type">The type that convolutions compute in. Layers after the pooled features are always fp32.</param>
internal sealed class InferenceResNet(
    Normalization? normalization,
    IInferenceModule stem,
    bool pooledStem,
    IReadOnlyList<IInferenceModule> blocks,
    InferenceLinear? classifier,
    ScalarType type) : IInferenceModule
{
    /// <summary>x_NCHW, floats → logits_NK or, for an encoder, features_ND, in fp32.</summary>
    public Tensor Forward(Tensor x_NCHW)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var h_NCHW = stem.Forward(MemoryOrder.ChannelsLast((normalization?.Forward(x_NCHW) ?? x_NCHW).to_type(type)));
        h_NCHW = pooledStem ? nn.functional.max_pool2d(h_NCHW, 3, stride: 2, padding: 1) : h_NCHW;
        foreach (var block in blocks)
        {
            h_NCHW = Replace(block, h_NCHW);
        }

        var features_ND = h_NCHW.mean([2, 3], type: ScalarType.Float32);
        return (classifier?.Forward(features_ND) ?? features_ND).MoveToOuterDisposeScope();
    }

    public string Emit(OnnxGraph graph, string x)
    {
        var normalized = normalization is null ? x : Normalized(normalization, graph, x);
        var h = graph.Within("stem", () => stem.Emit(graph, normalized));
        if (pooledStem)
        {
            h = graph.Add(
                "MaxPool",
                [h],
                OnnxAttribute.Create("kernel_shape", 3, 3),
                OnnxAttribute.Create("strides", 2, 2),
                OnnxAttribute.Create("pads", 1, 1, 1, 1));
        }

        for (var i = 0; i < blocks.Count; i++)
        {
            var (block, input) = (blocks[i], h);
            h = graph.Within(FormattableString.Invariant($"block{i + 1}"), () => block.Emit(graph, input));
        }

        var features = graph.Add("ReduceMean", [h], OnnxAttribute.Create("axes", 2, 3), OnnxAttribute.Create("keepdims", 0));
        return classifier?.Emit(graph, features) ?? features;
    }

    public void Dispose()
    {
        stem.Dispose();
        foreach (var block in blocks)
        {
            block.Dispose();
        }

        classifier?.Dispose();
    }

    private static string Normalized(Normalization normalization, OnnxGraph graph, string x)
    {
        var centered = graph.Add("Sub", [x, PerChannel("mean", normalization.Mean)]);
        return graph.Add("Div", [centered, PerChannel("deviation", normalization.Deviation)]);

        string PerChannel(string name, IReadOnlyList<double> values)
        {
            graph.Add(OnnxTensor.Create(name, [.. values.Select(value => (float)value)], 1, values.Count, 1, 1));
            return name;
        }
    }

    /// <summary>Computes a block, and disposes of its input.</summary>
    private static Tensor Replace(IInferenceModule block, Tensor x_NCHW)
    {
        var y_NCHW = block.Forward(x_NCHW);
        x_NCHW.Dispose();
        return y_NCHW;
    }
}
