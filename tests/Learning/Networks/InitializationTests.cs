using Distill.Learning.Networks;
using Distill.Learning.Randomness;
using static TorchSharp.torch;

namespace Tests.Learning.Networks;

/// <summary>A weight that no rule draws would come from a global generator, so that a seed would not repeat it.</summary>
[Collection(TorchTests.Name)]
public sealed class InitializationTests
{
    [Theory]
    [InlineData("layer norm")]
    [InlineData("convolution with bias")]
    public void Module_without_a_rule_is_refused(string kind)
    {
        using nn.Module<Tensor, Tensor> module = kind == "layer norm" ? nn.LayerNorm(4) : nn.Conv2d(1, 1, 3);
        using var network = nn.Sequential(module);
        using var generator = RandomKey.FromSeed(0).Generator();
        Assert.Throws<NotSupportedException>(() => Initialization.Reset(network, generator));
    }
}
