using TorchSharp.Modules;
using static TorchSharp.torch;

// N images, C and K channels, H height, W width
namespace Distill.Rivals.BigBiGan;

/// <summary>A 3×3 convolution with spectral normalization, which keeps height and width.</summary>
internal sealed class SpectralConvolution : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d convolution;
    private readonly SpectralNorm norm;

    public SpectralConvolution(int inputs, int outputs, Generator generator)
        : base("spectral_convolution")
    {
        convolution = nn.Conv2d(inputs, outputs, 3, bias: false);
        norm = new SpectralNorm(outputs, generator);
        RegisterComponents();
    }

    /// <summary>x_NCHW → y_NKHW.</summary>
    public override Tensor forward(Tensor x_NCHW)
    {
        using var scope = NewDisposeScope();
        return nn.functional.conv2d(x_NCHW, norm.forward(convolution.weight!), padding: [1, 1]).MoveToOuterDisposeScope();
    }
}
