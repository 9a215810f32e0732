using Distill.Learning.Networks;
using Distill.Learning.Randomness;
using Tests.Golden;
using TorchSharp;
using static TorchSharp.torch;

namespace Tests.Learning.Networks;

/// <summary>Compares selective kernels with those of a PyTorch program, with equal weights (make_selective_kernels.py).</summary>
[Collection(TorchTests.Name)]
public sealed class SelectiveKernelTests
{
    public static TheoryData<string, string, int, int, int> Cases => new()
    {
        { "resnet50", "imagenet", 3, 36, 40 },
        { "resnet50", "imagenet", 1, 52, 44 },
        { "resnet101", "small", 3, 12, 10 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Logits_in_inference_mode_equal_PyTorchs(string name, string stem, int channels, int height, int width)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var network = Build(name, stem, channels);
        network.eval();
        var logits = network.forward(Images(channels, height, width));
        Close.To(GoldenFile.Read("selective-kernels")[$"{name}/{stem}/{channels}/eval/logits"], logits, 1e-5, "logits");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Logits_statistics_and_gradients_in_training_equal_PyTorchs(string name, string stem, int channels, int height, int width)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenFile.Read("selective-kernels");
        var prefix = $"{name}/{stem}/{channels}/train/";
        using var network = Build(name, stem, channels);
        network.to(ScalarType.Float64);
        network.train();

        var logits = network.forward(Images(channels, height, width).to(ScalarType.Float64));
        logits.mul(Pattern.Uniform("cotangent", logits.shape)).sum().backward();

        Close.To(golden[prefix + "logits"], logits.to(ScalarType.Float32), 1e-5, "logits");
        Close.To(
            golden[prefix + "running_var"],
            network.get_buffer("layer4.0.conv2.squeeze_bn.running_var")!.to(ScalarType.Float32),
            1e-5,
            "running variance");
        var first = stem == "small" ? "conv1.weight" : "conv1.0.weight";
        Close.Relatively(golden[prefix + "gradient"], network.get_parameter(first)!.grad!, 1e-6);
    }

    private static ResNet Build(string name, string stem, int channels)
    {
        using var generator = RandomKey.FromSeed(1).Generator();
        var options = new NetworkOptions(Architecture.All[name], 4.0 / 64, NetworkOptions.StemNames[stem], SelectiveKernels: true);
        var network = new ResNet(options, channels, 10, generator);
        Pattern.Fill(network);
        return network;
    }

    private static Tensor Images(int channels, int height, int width) =>
        Pattern.Uniform("images", 4, channels, height, width).mul(0.5).add(0.5);
}
