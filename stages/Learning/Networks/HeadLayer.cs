using Distill.Learning.Networks.Inference;
using TorchSharp.Modules;
using static TorchSharp.torch;

// N images, D input features, E outputs
namespace Distill.Learning.Networks;

/// <summary>A layer of a projection head: dense, batch norm and, unless it is the last layer, ReLU.</summary>
internal sealed class HeadLayer : nn.Module<Tensor, Tensor>, IInferenceConvertible
{
    private readonly Linear linear;
    private readonly BatchNormalization bn;
    private readonly bool _last;

    public HeadLayer(int input, int output, bool last)
        : base(nameof(HeadLayer))
    {
        linear = nn.Linear(input, output, hasBias: false);
        bn = new BatchNormalization(output);
        _last = last;
        RegisterComponents();
        if (last)
        {
            // The projection has no shift. The bias keeps its place in the file and stays zero.
            bn.bias!.requires_grad = false;
        }
    }

    /// <summary>x_ND → h_NE.</summary>
    public override Tensor forward(Tensor x_ND)
    {
        using var scope = NewDisposeScope();
        var h_NE = bn.forward(linear.forward(x_ND));
        return (_last ? h_NE : h_NE.relu_()).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    IInferenceModule IInferenceConvertible.ToInference(InferenceDtype type) => new InferenceLinear(linear, bn, relu: !_last);
}
