using Distill.Learning.Networks;
using static TorchSharp.torch;

namespace Tests.Learning.Networks;

/// <summary>
/// Compares the sizes of the thirteen networks in SimCLRv2's table 1, in millions. The paper's figures count all numbers of an encoder,
/// including the running statistics of batch norms, without a layer for classes.
/// </summary>
[Collection(TorchTests.Name)]
[Trait("Category", "Slow")]
public sealed class ParameterCountTests
{
    [Theory]
    [InlineData("resnet50", 1, false, 24)]
    [InlineData("resnet50", 1, true, 35)]
    [InlineData("resnet50", 2, false, 94)]
    [InlineData("resnet50", 2, true, 140)]
    [InlineData("resnet101", 1, false, 43)]
    [InlineData("resnet101", 1, true, 65)]
    [InlineData("resnet101", 2, false, 170)]
    [InlineData("resnet101", 2, true, 257)]
    [InlineData("resnet152", 1, false, 58)]
    [InlineData("resnet152", 1, true, 89)]
    [InlineData("resnet152", 2, false, 233)]
    [InlineData("resnet152", 2, true, 354)]
    [InlineData("resnet152", 3, true, 795)]
    public void Rounded_count_equals_the_papers(string name, double width, bool selectiveKernels, int millions)
    {
        using var scope = NewDisposeScope();
        var options = new NetworkOptions(Architecture.All[name], width, Stem.ImageNet, selectiveKernels);
        using var network = new ResNet(options, channels: 3, classes: null, generator: null);
        var numbers = network.state_dict()
            .Where(entry => !entry.Key.EndsWith("num_batches_tracked", StringComparison.Ordinal))
            .Sum(entry => entry.Value.numel());
        Assert.Equal(millions, Math.Round(numbers / 1e6));
    }
}
