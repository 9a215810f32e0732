using System.Text.Json;
using Distill.Learning.Networks;
using Distill.Learning.Randomness;
using Tests.Golden;
using TorchSharp;
using static TorchSharp.torch;

namespace Tests.Learning.Networks;

[Collection(TorchTests.Name)]
public sealed class ResNetTests
{
    private static readonly NetworkOptions Tiny = new(Architecture.ResNet50, 4.0 / 64, Stem.Small);

    [Fact]
    public void Keys_and_shapes_at_width_1_equal_torchvisions()
    {
        using var scope = NewDisposeScope();
        var golden = JsonSerializer.Deserialize<Dictionary<string, long[]>>(File.ReadAllText(GoldenFile.PathOf("resnet50-keys.json")))!;
        using var network = Build(new NetworkOptions(Architecture.ResNet50, 1, Stem.ImageNet), seed: 1, classes: 10, channels: 3);
        var own = network.state_dict();
        Assert.Equal(320, golden.Count);
        Assert.Equal(golden.Keys.Order(StringComparer.Ordinal), own.Keys.Order(StringComparer.Ordinal));
        Assert.All(golden, entry => Assert.Equal(entry.Value, own[entry.Key].shape));
    }

    [Fact]
    public void Equal_keys_give_equal_weights_and_other_keys_differ()
    {
        using var scope = NewDisposeScope();
        using var one = Build(Tiny, seed: 5);
        using var same = Build(Tiny, seed: 5);
        using var other = Build(Tiny, seed: 6);
        var (first, second) = (one.state_dict(), same.state_dict());
        Assert.All(first, entry => Close.Exactly(entry.Value, second[entry.Key]));
        Assert.True(first["layer3.1.conv2.weight"].sub(other.state_dict()["layer3.1.conv2.weight"]).abs().max().ToSingle() > 0.1);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    public void Narrow_networks_train_on_tiny_batches(int planes)
    {
        // For this width, oneDNN's weight gradient of a strided 1×1 convolution corrupted the heap within about twenty rounds.
        // If it does so again, the process dies here.
        using var network = Build(new NetworkOptions(Architecture.ResNet18, planes / 64.0, Stem.Small), seed: 1);
        for (var round = 0; round < 60; round++)
        {
            using var scope = NewDisposeScope();
            network.forward(rand(3, 1, 12, 12)).sum().backward();
        }
    }

    [Fact]
    public void Every_block_starts_as_its_shortcut()
    {
        using var scope = NewDisposeScope();
        using var network = Build(Tiny, seed: 5);
        foreach (var block in network.modules().OfType<ResidualBlock>())
        {
            Assert.Equal(0, block.LastNorm.weight!.abs().max().ToSingle());
        }

        Assert.Equal(16, network.modules().OfType<ResidualBlock>().Count());
    }

    [Fact]
    public void Convolutions_start_with_the_variance_of_He()
    {
        using var scope = NewDisposeScope();
        using var network = Build(Tiny with { Width = 0.5 }, seed: 5);
        var weight = network.get_parameter("layer4.1.conv2.weight")!;
        Assert.Equal([256, 256, 3, 3], weight.shape);
        Assert.Equal(Math.Sqrt(2.0 / (256 * 9)), weight.std().ToDouble(), 3e-4);
        Assert.Equal(0, weight.mean().ToDouble(), 3e-4);
    }

    [Fact]
    public void Options_give_the_length_of_the_features()
    {
        foreach (var architecture in Architecture.All.Values)
        {
            using var network = Build(new NetworkOptions(architecture, 2.0 / 64, Stem.Half), seed: 1);
            Assert.Equal(network.Features, (Tiny with { Architecture = architecture, Width = 2.0 / 64 }).Features);
        }
    }

    private static ResNet Build(NetworkOptions options, long seed, int? classes = null, int channels = 1)
    {
        using var generator = RandomKey.FromSeed(seed).Generator();
        return new ResNet(options, channels, classes, generator);
    }
}
