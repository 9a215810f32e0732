using Distill.Learning.Networks;
using Distill.Learning.Randomness;
using Tests.Golden;
using TorchSharp;
using static TorchSharp.torch;

namespace Tests.Learning.Networks;

/// <summary>Compares networks with torchvision's, with equal weights (make_networks.py).</summary>
[Collection(TorchTests.Name)]
public sealed class ResNetGoldenTests
{
    private const double Width = 4.0 / 64;

    public static TheoryData<string, string, int> Cases => new()
    {
        { "resnet18", "imagenet", 3 },
        { "resnet18", "small", 1 },
        { "resnet34", "quarter", 3 },
        { "resnet50", "imagenet", 3 },
        { "resnet50", "small", 1 },
        { "resnet50", "half", 1 },
        { "resnet101", "small", 3 },
        { "resnet152", "imagenet", 1 },
        { "resnet152", "half", 3 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Features_and_logits_in_inference_mode_equal_torchvisions(string name, string stem, int channels)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var golden = GoldenFile.Read("networks");
        var images = Images(channels);
        foreach (var (output, classes) in new (string, int?)[] { ("features", null), ("logits", 10) })
        {
            using var network = Build(name, stem, channels, classes);
            network.eval();
            Close.To(golden[$"{name}/{stem}/{channels}/eval/{output}"], network.forward(images), 1e-5, output);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Logits_and_statistics_in_training_mode_equal_torchvisions(string name, string stem, int channels)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenFile.Read("networks");
        var prefix = $"{name}/{stem}/{channels}/train/";
        using var network = Build(name, stem, channels, 10);
        network.train();
        Close.To(golden[prefix + "logits"], network.forward(Images(channels)), 1e-4, "logits");
        Close.To(golden[prefix + "running_var"], network.get_buffer("layer4.0.bn1.running_var")!, 1e-5, "running variance");
        Assert.Equal(8, network.get_buffer("bn1.num_batches_tracked")!.ToInt64());
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gradients_equal_torchvisions(string name, string stem, int channels)
    {
        // In fp64, because in fp32 a unit that rounding turns on or off changes deep gradients by several percent.
        using var scope = NewDisposeScope();
        var golden = GoldenFile.Read("networks");
        using var network = Build(name, stem, channels, 10);
        network.to(ScalarType.Float64);
        network.train();
        var logits = network.forward(Images(channels).to(ScalarType.Float64));
        logits.mul(Pattern.Uniform("cotangent", logits.shape)).sum().backward();
        Close.Relatively(golden[$"{name}/{stem}/{channels}/train/gradient"], network.get_parameter("conv1.weight")!.grad!, 1e-6);
    }

    private static ResNet Build(string name, string stem, int channels, int? classes)
    {
        using var generator = RandomKey.FromSeed(1).Generator();
        var options = new NetworkOptions(Architecture.All[name], Width, NetworkOptions.StemNames[stem]);
        var network = new ResNet(options, channels, classes, generator);
        Pattern.Fill(network);
        return network;
    }

    private static Tensor Images(int channels) => Pattern.Uniform("images", 4, channels, 36, 40).mul(0.5).add(0.5);
}
