using Distill.Learning.Arithmetic;
using Distill.Learning.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;

// N images, D inputs, E outputs
namespace Distill.Learning.Networks.Inference;

/// <summary>
/// A dense layer with its batch norm and optional ReLU. It is always fp32, because its cost is negligible beside the convolutions.
/// </summary>
internal sealed class InferenceLinear : IInferenceModule
{
    private readonly Tensor _weight_ED;
    private readonly Tensor? _bias_E;
    private readonly bool _relu;

    /// <param name="linear">The layer; without a bias if a batch norm follows.</param>
    /// <param name="norm">The batch norm after it; null for none.</param>
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
        List<string> inputs = [x, graph.Constant("fc.weight", name => Constant(name, _weight_ED))];
        if (_bias_E is not null)
        {
            inputs.Add(graph.Constant("fc.bias", name => Constant(name, _bias_E)));
        }

        var y = graph.Add("Gemm", inputs, OnnxAttribute.Create("transB", 1));
        return _relu ? graph.Add("Relu", [y]) : y;
    }

    public void Dispose()
    {
        _weight_ED.Dispose();
        _bias_E?.Dispose();
    }

    private static OnnxTensor Constant(string name, Tensor value) => OnnxTensor.Create(name, value.ReadAll<float>(), value.shape);

    private static Tensor Copy(Tensor x) => x.detach().to_type(ScalarType.Float32, copy: true).DetachFromDisposeScope();
}
