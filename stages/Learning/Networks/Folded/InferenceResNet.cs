using Distill.Learning.Onnx;
using static TorchSharp.torch;

namespace Distill.Learning.Networks.Folded;

/// <summary>A <see cref="ResNet"/>.</summary>
/// <param name="normalization">Of the images, in fp32; null for none.</param>
/// <param name="stem">The convolutions before the first stage.</param>
/// <param name="pooledStem">Whether a max-pool follows the stem.</param>
/// <param name="blocks">The residual blocks of all stages.</param>
/// <param name="classifier">Null of an encoder.</param>
/// <param name="type">What convolutions compute in; from the pooled features on all is fp32.</param>
internal sealed class InferenceResNet(
    Normalization? normalization, IInferenceModule stem, bool pooledStem, IReadOnlyList<IInferenceModule> blocks, InferenceLinear? classifier, ScalarType type) : IInferenceModule
{
    /// <summary>x_NCHW, floats → logits_NK or, of an encoder, features_ND, fp32.</summary>
    public Tensor Forward(Tensor x_NCHW)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var h_NCHW = stem.Forward(MemoryOrder.ChannelsLast((normalization?.Forward(x_NCHW) ?? x_NCHW).to_type(type)));
        h_NCHW = pooledStem ? nn.functional.max_pool2d(h_NCHW, 3, stride: 2, padding: 1) : h_NCHW;
        foreach (var block in blocks)
        {
            h_NCHW = Next(block, h_NCHW);
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
                "MaxPool", [h], OnnxAttribute.Of("kernel_shape", 3, 3), OnnxAttribute.Of("strides", 2, 2), OnnxAttribute.Of("pads", 1, 1, 1, 1));
        }

        for (var i = 0; i < blocks.Count; i++)
        {
            var (block, input) = (blocks[i], h);
            h = graph.Within(FormattableString.Invariant($"block{i + 1}"), () => block.Emit(graph, input));
        }

        var features = graph.Add("ReduceMean", [h], OnnxAttribute.Of("axes", 2, 3), OnnxAttribute.Of("keepdims", 0));
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
        return graph.Add("Div", [graph.Add("Sub", [x, PerChannel("mean", normalization.Mean)]), PerChannel("deviation", normalization.Deviation)]);

        string PerChannel(string name, IReadOnlyList<double> values)
        {
            graph.Add(OnnxTensor.Of(name, [.. values.Select(value => (float)value)], 1, values.Count, 1, 1));
            return name;
        }
    }

    /// <summary>What a block makes, and its input let go.</summary>
    private static Tensor Next(IInferenceModule block, Tensor x_NCHW)
    {
        var y_NCHW = block.Forward(x_NCHW);
        x_NCHW.Dispose();
        return y_NCHW;
    }
}
