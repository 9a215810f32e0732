using TorchSharp.Modules;
using static TorchSharp.torch;

// N images, D input features, E outputs
namespace Distill.Rivals.BigBiGan;

/// <summary>A dense layer with spectral normalization.</summary>
internal sealed class SpectralLinear : nn.Module<Tensor, Tensor>
{
    private readonly Linear linear;
    private readonly SpectralNorm norm;

    public SpectralLinear(int inputs, int outputs, Generator generator)
        : base("spectral_linear")
    {
        linear = nn.Linear(inputs, outputs);
        norm = new SpectralNorm(outputs, generator);
        RegisterComponents();
    }

    /// <summary>x_ND → y_NE.</summary>
    public override Tensor forward(Tensor x_ND)
    {
        using var scope = NewDisposeScope();
        return nn.functional.linear(x_ND, norm.forward(linear.weight!), linear.bias).MoveToOuterDisposeScope();
    }
}
