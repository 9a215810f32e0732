using Distill.Learning.Arithmetic;
using Distill.Learning.Native;
using Distill.Learning.Onnx;
using TorchSharp;
using static TorchSharp.torch;

// N images, C input channels, D output channels, H height, W width, KK height and width of a kernel
namespace Distill.Learning.Networks.Inference;

/// <summary>A convolution with its batch norm and optional ReLU: one kernel if oneDNN has it, otherwise a few.</summary>
internal sealed class InferenceConvolution : IInferenceModule
{
    private readonly Tensor _weight_DCKK;
    private readonly Tensor _bias_D;
    private readonly long _stride;
    private readonly long _padding;
    private readonly bool _relu;
    private readonly bool _fused;

    /// <param name="convolution">A square convolution without a bias.</param>
    /// <param name="norm">The batch norm after it; null for none.</param>
    /// <param name="relu">Whether a ReLU follows.</param>
    /// <param name="type">The arithmetic.</param>
    /// <param name="stride">Replaces the convolution's stride; null to keep it.</param>
    public InferenceConvolution(Convolution2d convolution, BatchNormalization? norm, bool relu, InferenceDtype type, long? stride = null)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var weight = convolution.weight!;
        var (weight_DCKK, bias_D) = norm is null
            ? (weight.to_type(ScalarType.Float64), zeros(weight.shape[0], ScalarType.Float64, weight.device))
            : Affine.Fold(weight, norm);
        _weight_DCKK = MemoryOrder.ChannelsLast(weight_DCKK.to_type(type.Type)).DetachFromDisposeScope();
        _bias_D = bias_D.to_type(type.Type).DetachFromDisposeScope();
        (_stride, _padding, _relu) = (stride ?? convolution.stride[0], convolution.padding![0], relu);
        _fused = type.Fused && weight.device_type == DeviceType.CPU && OneDnn.Has(type.Type);
    }

    /// <summary>x_NCHW → y_NDH′W′.</summary>
    public Tensor Forward(Tensor x_NCHW)
    {
        if (_fused)
        {
            return OneDnn.Convolve(x_NCHW, _weight_DCKK, _bias_D, _stride, _padding, _relu);
        }

        var y_NDHW = Convolve(x_NCHW);
        return _relu ? y_NDHW.relu_() : y_NDHW;
    }

    /// <summary>Computes relu(conv(x) + sum).</summary>
    /// <param name="sum_NDHW">A tensor of the output's shape, whose memory may become the output's.</param>
    /// <param name="x_NCHW">The input.</param>
    public Tensor AddedTo_(Tensor sum_NDHW, Tensor x_NCHW) => _fused && OneDnn.Adds(sum_NDHW, x_NCHW, _weight_DCKK)
        ? OneDnn.AddConvolved_(sum_NDHW, x_NCHW, _weight_DCKK, _bias_D, _stride, _padding)
        : Convolve(x_NCHW).Plus_(sum_NDHW).relu_();

    public string Emit(OnnxGraph graph, string x)
    {
        var y = EmitConvolution(graph, x);
        return _relu ? graph.Add("Relu", [y]) : y;
    }

    /// <summary>Emits <see cref="AddedTo_"/>.</summary>
    public string EmitAddedTo(OnnxGraph graph, string sum, string x) =>
        graph.Add("Relu", [graph.Add("Add", [EmitConvolution(graph, x), sum])]);

    public void Dispose()
    {
        _weight_DCKK.Dispose();
        _bias_D.Dispose();
    }

    private string EmitConvolution(OnnxGraph graph, string x)
    {
        var kernel = _weight_DCKK.shape[2];
        return graph.Add(
            "Conv",
            [
                x,
                graph.Constant("conv.weight", name => OnnxTensor.Create(name, Floats(_weight_DCKK), _weight_DCKK.shape)),
                graph.Constant("conv.bias", name => OnnxTensor.Create(name, Floats(_bias_D), _bias_D.shape)),
            ],
            OnnxAttribute.Create("kernel_shape", kernel, kernel),
            OnnxAttribute.Create("strides", _stride, _stride),
            OnnxAttribute.Create("pads", _padding, _padding, _padding, _padding));
    }

    private static float[] Floats(Tensor x)
    {
        using var scope = NewDisposeScope();
        return x.to_type(ScalarType.Float32).contiguous().ReadAll<float>();
    }

    private Tensor Convolve(Tensor x_NCHW) =>
        nn.functional.conv2d(x_NCHW, _weight_DCKK, _bias_D, strides: [_stride, _stride], padding: [_padding, _padding]);
}
