using Distill.Learning.Networks;
using Distill.Learning.Networks.Inference;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using Tests.Golden;
using static TorchSharp.torch;

namespace Tests.Learning.Networks.Inference;

/// <summary>
/// Compares the inference form of networks with the networks. No batch norm has its initial statistics or weights.
/// </summary>
[Collection(TorchTests.Name)]
public sealed class InferenceNetworkTests
{
    private static readonly HeadOptions Head = new(3, 16);

    public static TheoryData<string, double, string, bool, int, int?, int, int> Networks => new()
    {
        { "resnet50", 1.0 / 8, "imagenet", false, 1, 10, 28, 28 },
        { "resnet152", 1.0 / 16, "imagenet", false, 3, null, 36, 40 },
        { "resnet50", 1.0 / 64, "small", false, 1, 3, 9, 11 },
        { "resnet18", 1.0 / 8, "small", false, 3, 7, 16, 14 },
        { "resnet34", 5.0 / 64, "quarter", false, 1, null, 28, 28 },
        { "resnet18", 1.0 / 64, "half", false, 1, 2, 13, 12 },
        { "resnet50", 1.0 / 16, "imagenet", true, 3, 10, 36, 40 },
        { "resnet101", 1.0 / 16, "small", true, 1, null, 12, 11 },
    };

    [Theory]
    [MemberData(nameof(Networks))]
    public void Outputs_in_fp32_equal_the_networks(
        string name, double width, string stem, bool selectiveKernels, int channels, int? classes, int height, int across)
    {
        using var scope = NewDisposeScope();
        using var network = Build(name, width, stem, selectiveKernels, channels, classes);
        var images = Images(5, channels, height, across);
        Compare(network, images, 1e-5, new InferenceDtype(ScalarType.Float32));
        Compare(network, images, 1e-5, new InferenceDtype(ScalarType.Float32, Fused: false));
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Outputs_in_bf16_are_within_bf16_rounding(
        string name, double width, string stem, bool selectiveKernels, int channels, int? classes, int height, int across)
    {
        using var scope = NewDisposeScope();
        using var network = Build(name, width, stem, selectiveKernels, channels, classes);
        var images = Images(5, channels, height, across);
        Compare(network, images, 0.05, new InferenceDtype(ScalarType.BFloat16));
        Compare(network, images, 0.05, new InferenceDtype(ScalarType.BFloat16, Fused: false));
    }

    [Theory]
    [InlineData(1, 8, true)]
    [InlineData(1, 24, true)]
    [InlineData(5, 4, false)]
    public void Maps_of_one_pixel_are_added_in_bf16(int images, int side, bool selectiveKernels)
    {
        using var scope = NewDisposeScope();
        using var network = Build("resnet50", 1.0 / 16, "imagenet", selectiveKernels, 3, 10);
        Compare(network, Images(images, 3, side, side), 0.05, new InferenceDtype(ScalarType.BFloat16));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Fine_tuned_network_is_converted_with_its_head_layers(int fromLayer)
    {
        using var scope = NewDisposeScope();
        using var generator = RandomKey.FromSeed(1).Generator();
        using var network = new FineTunedNetwork(Options("resnet50", 1.0 / 16, "half", false), Head, fromLayer, 1, 6, generator);
        Pattern.Fill(network);
        Compare(network, Images(4, 1, 20, 20), 1e-5, new InferenceDtype(ScalarType.Float32));
    }

    [Fact]
    public void Projection_head_ends_without_a_ReLU()
    {
        using var scope = NewDisposeScope();
        using var generator = RandomKey.FromSeed(1).Generator();
        using var network = new ProjectionHead(24, 8, depth: 3, generator);
        Pattern.Fill(network);
        var features = Pattern.Uniform("features", 6, 24);
        Compare(network, features, 1e-5, new InferenceDtype(ScalarType.Float32));
    }

    [Fact]
    public void Predictions_in_bf16_mostly_equal_those_in_fp32()
    {
        using var scope = NewDisposeScope();
        using var network = Build("resnet50", 1.0 / 8, "half", selectiveKernels: false, 1, 10);
        var images = Images(200, 1, 20, 20);
        using var inference = InferenceNetwork.Create(network, new Compute(CPU, Bf16: true));
        using var frozen = no_grad();
        network.eval();
        var same = network.forward(images).argmax(1).eq(inference.Forward(images).argmax(1)).sum().item<long>();
        Assert.InRange(same, 180, 200);
    }

    [Fact]
    public void Conversion_copies_the_network_and_changes_no_input()
    {
        using var scope = NewDisposeScope();
        using var network = Build("resnet18", 1.0 / 8, "small", selectiveKernels: false, 3, 7);
        network.train();
        var images = Images(4, 3, 12, 12);
        using var inference = InferenceNetwork.Create(network, new Compute(CPU, Bf16: false));
        var before = inference.Forward(images);
        Assert.False(before.requires_grad);
        Assert.True(network.training);
        Assert.All(network.state_dict(), entry => Close.Exactly(Pattern.Weight(entry.Key, entry.Value.shape), entry.Value));
        Close.Exactly(Images(4, 3, 12, 12), images);

        using (no_grad())
        {
            foreach (var parameter in network.parameters())
            {
                parameter.zero_();
            }
        }

        Close.Exactly(before, inference.Forward(images));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Only_outputs_outlive_a_batch(bool fused)
    {
        using var network = Build("resnet50", 1.0 / 16, "imagenet", selectiveKernels: true, 1, 10);
        using var images = Images(4, 1, 28, 28);
        var before = Tensor.TotalCount;
        using (var inference = ((IInferenceConvertible)network).ToInference(new InferenceDtype(ScalarType.Float32, fused)))
        {
            inference.Forward(images).Dispose();
            var ready = Tensor.TotalCount;
            for (var i = 0; i < 3; i++)
            {
                inference.Forward(images).Dispose();
            }

            Assert.Equal(ready, Tensor.TotalCount);
        }

        Assert.Equal(before, Tensor.TotalCount);
    }

    private static void Compare(nn.Module<Tensor, Tensor> network, Tensor input, double tolerance, InferenceDtype type)
    {
        using var frozen = no_grad();
        using var inference = ((IInferenceConvertible)network).ToInference(type);
        network.eval();
        var expected = network.forward(input);
        var actual = inference.Forward(input);
        Assert.Equal(ScalarType.Float32, actual.dtype);
        Close.Relatively(expected, actual, tolerance, type.ToString());
        Assert.True(expected.std().item<float>() > 1e-3, "equal outputs would show nothing");
    }

    private static ResNet Build(string name, double width, string stem, bool selectiveKernels, int channels, int? classes)
    {
        using var generator = RandomKey.FromSeed(1).Generator();
        var network = new ResNet(Options(name, width, stem, selectiveKernels), channels, classes, generator);
        Pattern.Fill(network);
        return network;
    }

    private static NetworkOptions Options(string name, double width, string stem, bool selectiveKernels) =>
        new(Architecture.All[name], width, NetworkOptions.StemNames[stem], selectiveKernels);

    private static Tensor Images(int count, int channels, int height, int width)
    {
        using var scope = NewDisposeScope();
        return Pattern.Uniform("images", count, channels, height, width).mul(0.5).add(0.5).MoveToOuterDisposeScope();
    }
}
