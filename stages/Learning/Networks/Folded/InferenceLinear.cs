using Distill.Learning.Arithmetic;
using Distill.Learning.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Distill.Learning.Networks.Folded;

/// <summary>A dense layer with its batch norm and, where one follows, its ReLU. In fp32 always: beside the convolutions it costs nothing.</summary>
internal sealed class InferenceLinear : IInferenceModule
{
    private readonly Tensor _weight_ED;
    private readonly Tensor? _bias_E;
    private readonly bool _relu;

    /// <param name="linear">Without a bias where a batch norm follows.</param>
    /// <param name="norm">The batch norm behind it; null for none.</param>
    /// <param name="relu">Whether a ReLU follows.</param>
    public InferenceLinear(Linear linear, BatchNormalization? norm, bool relu)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var (weight_ED, bias_E) = norm is null ? (linear.weight!, linear.bias) : Affine.Fold(linear.weight!, norm);
        _weight_ED = Copy(weight_ED);
        _bias_E = bias_E is null ? null : Copy(bias_E);
        _relu = relu;
    }

    /// <summary>x_ND → y_NE.</summary>
    public Tensor Forward(Tensor x_ND)
    {
        var y_NE = nn.functional.linear(x_ND, _weight_ED, _bias_E);
        return _relu ? y_NE.relu_() : y_NE;
    }

    public string Emit(OnnxGraph graph, string x)
    {
        string[] weights =
        [
            graph.Constant("fc.weight", name => OnnxTensor.Of(name, _weight_ED.ReadAll<float>(), _weight_ED.shape)),
            .. _bias_E is null ? [] : new[] { graph.Constant("fc.bias", name => OnnxTensor.Of(name, _bias_E.ReadAll<float>(), _bias_E.shape)) },
        ];
        var y = graph.Add("Gemm", [x, .. weights], OnnxAttribute.Of("transB", 1));
        return _relu ? graph.Add("Relu", [y]) : y;
    }

    public void Dispose()
    {
        _weight_ED.Dispose();
        _bias_E?.Dispose();
    }

    private static Tensor Copy(Tensor x) => x.detach().to_type(ScalarType.Float32, copy: true).DetachFromDisposeScope();
}
