using Distill.Learning.Arithmetic;
using Distill.Learning.Networks;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Distill.Learning.Diagnostics;

/// <summary>
/// Checks a 3×3 convolution of stride 2, a batch norm in training mode and a ReLU, forward and backward, in channels-last order. It fails
/// with a libtorch whose layout of tensors or options differs from the one that TorchSharp was built for.
/// </summary>
internal static class LayerCheck
{
    private const int Input = 16;
    private const int Output = 32;

    /// <summary>Returns the largest relative error of the output and the gradients.</summary>
    public static double Error(Compute compute)
    {
        var (y, gradients) = Run(compute, ScalarType.Float32);
        var (exact, exactGradients) = Run(new Compute(CPU, Bf16: false), ScalarType.Float64);
        return Difference.Worst([Difference.Relative(y, exact), .. gradients.Zip(exactGradients, Difference.Relative)]);
    }

    /// <summary>Computes the output, and the gradients of the input and of every parameter.</summary>
    private static (Tensor Y, Tensor[] Gradients) Run(Compute compute, ScalarType type)
    {
        var random = RandomKey.FromSeed(1).Fold("layer");
        using var generator = random.Generator();
        var convolution = Convolutions.Conv3x3(Input, Output, stride: 2);
        var norm = new BatchNormalization(Output);
        using (no_grad())
        {
            convolution.weight!.normal_(0, 0.1, generator);
            norm.bias!.normal_(0, 0.1, generator);
        }

        using var layers = nn.Sequential(convolution, norm, nn.ReLU());
        layers.to(compute.Device).to(type);
        var x_NCHW = Noise.Of(random, type, 8, Input, 16, 16).to(compute.Device).requires_grad_();
        using (compute.BeginAutocast())
        {
            var y_NDHW = layers.forward(MemoryOrder.ChannelsLast(x_NCHW));
            // The gradient is proportional to y. If rounding moves a value across the kink of the ReLU, little changes.
            y_NDHW.Squared().sum().backward();
            Tensor[] gradients = [x_NCHW.grad!, .. layers.parameters().Select(parameter => parameter.grad!)];
            return (y_NDHW.detach(), [.. gradients.Select(gradient => gradient.clone())]);
        }
    }
}
