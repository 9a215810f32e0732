using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Distill.Learning.Networks;

/// <summary>
/// Draws initial weights from a given generator, where PyTorch draws from a global one. Convolutions follow He et al. (fan-out, as in
/// torchvision), and linear layers are uniform in ±1/√fan-in (PyTorch's default). Batch norms have scale 1 and shift 0, except that the
/// batch norm that ends a residual branch has scale 0 (Goyal et al. 2017, section 5.1; SimCLRv2's resnet.py).
/// </summary>
public static class Initialization
{
    /// <param name="network">The network, all of whose weights are drawn.</param>
    /// <param name="generator">Draws the weights; null leaves them as they are, because others replace them.</param>
    public static void Reset(nn.Module network, Generator? generator)
    {
        if (generator is null)
        {
            return;
        }

        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        foreach (var module in network.modules())
        {
            switch (module)
            {
                case Convolution { weight: { } weight, bias: null }:
                    var fanOut = weight.shape[0] * weight.shape[2] * weight.shape[3];
                    weight.normal_(0, Math.Sqrt(2.0 / fanOut), generator);
                    break;
                case Linear { weight: { } weight } linear:
                    var bound = 1 / Math.Sqrt(weight.shape[1]);
                    weight.uniform_(-bound, bound, generator);
                    linear.bias?.uniform_(-bound, bound, generator);
                    break;
                case ResidualBlock { LastNorm.weight: { } scale }:
                    scale.zero_();
                    break;
                case not NormBase when module.parameters(recurse: false).Any():
                    // Its weights would come from a generator that no seed reaches.
                    throw new NotSupportedException($"no rule to draw the weights of {module.GetName()}");
            }
        }
    }
}
