using Distill.Learning.Networks;
using Distill.Learning.Networks.Inference;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using Tests.Learning.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Tests.Learning.Networks;

/// <summary>
/// Checks that outputs and gradients depend only on inputs. Each computation runs once for each content of fresh memory, and must give the
/// same finite numbers. If a kernel reads unset memory, the results differ.
/// </summary>
[Collection(TorchTests.Name)]
[Trait("Category", "Slow")]
public sealed class UnsetMemoryTests
{
    /// <summary>Channels of the first stage. Kernels differ between 1, fewer than 16, odd numbers, and multiples of 16.</summary>
    private static readonly int[] Planes = [1, 3, 4, 16];

    /// <summary>With padding, a 3×3 kernel meets every kind of border on these.</summary>
    private static readonly int[] MapSides = [1, 2, 3];

    /// <summary>The kinds of block. Deeper networks repeat the same blocks.</summary>
    private static readonly (Architecture Architecture, bool SelectiveKernels)[] Kinds =
        [(Architecture.ResNet18, false), (Architecture.ResNet50, false), (Architecture.ResNet50, true)];

    [Fact]
    public void Fresh_memory_holds_the_chosen_byte()
    {
        using var scope = NewDisposeScope();
        foreach (var filling in FreshMemory.Fillings)
        {
            using var memory = new FreshMemory(filling);
            Assert.All(empty(1000).bytes.ToArray(), value => Assert.Equal(filling, value));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_convolution_ignores_unset_memory(bool bf16)
    {
        var compute = new Compute(CPU, bf16);
        var type = new InferenceDtype(bf16 ? ScalarType.BFloat16 : ScalarType.Float32);
        var faults = new List<string>();
        foreach (var (input, output, kernel, stride) in Shapes())
        {
            using var scope = NewDisposeScope();
            using var convolution = new Convolution2d(input, output, kernel, stride);
            using var inference = new InferenceConvolution(convolution, norm: null, relu: true, type);
            foreach (var (height, width) in from height in MapSides from width in MapSides select (height, width))
            {
                var x_NCHW = MemoryOrder.ChannelsLast(Values(2, input, height, width).to_type(type.Type));
                var what = $"{kernel}x{kernel}, stride {stride}, {input} to {output} channels, map {height}x{width}";
                Check($"training, {what}", () => Train(convolution, x_NCHW, compute));
                Check($"inference, {what}", () => Infer(inference, x_NCHW));
            }
        }

        Assert.Empty(faults);

        void Check(string what, Func<IReadOnlyList<Tensor>> computation)
        {
            if (!IgnoresFreshMemory(computation))
            {
                faults.Add(what);
            }
        }
    }

    [Theory]
    [InlineData("resnet18", "imagenet", false, 16, 8, 8)]
    [InlineData("resnet34", "quarter", false, 20, 9, 9)]
    [InlineData("resnet18", "half", false, 1, 16, 12)]
    [InlineData("resnet50", "small", false, 4, 8, 8)]
    [InlineData("resnet50", "imagenet", true, 8, 8, 20)]
    [InlineData("resnet101", "imagenet", false, 3, 16, 8)]
    [InlineData("resnet50", "quarter", true, 2, 28, 28)]
    public void Whole_networks_ignore_unset_memory(
        string architecture, string stem, bool selectiveKernels, int planes, int height, int width)
    {
        var options = new NetworkOptions(
            Architecture.All[architecture], planes / 64.0, NetworkOptions.StemNames[stem], selectiveKernels);
        using var generator = RandomKey.FromSeed(1).Generator();
        using var network = new ContrastiveNetwork(options, new HeadOptions(2, 8), channels: 3, generator);
        foreach (var block in network.modules().OfType<ResidualBlock>())
        {
            // Blocks start as their shortcuts, so the gradients of their convolutions would be 0.
            using var frozen = no_grad();
            block.LastNorm.weight!.copy_(ones_like(block.LastNorm.weight!));
        }

        using var scope = NewDisposeScope();
        var x_NCHW = Values(4, 3, height, width);
        foreach (var compute in new[] { new Compute(CPU, Bf16: true), new Compute(CPU, Bf16: false) })
        {
            Assert.True(IgnoresFreshMemory(() => Train(network, x_NCHW, compute)), $"training, {compute}");
            using var inference = InferenceNetwork.Create(network.Encoder, compute);
            Assert.True(IgnoresFreshMemory(() => [inference.Forward(x_NCHW)]), $"inference, {compute}");
            Assert.True(IgnoresFreshMemory(() => [inference.Forward(x_NCHW[..1])]), $"inference of one image, {compute}");
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(7)]
    public void Map_of_one_column_has_torchs_output_and_gradients(int kernel)
    {
        using var scope = NewDisposeScope();
        using var convolution = new Convolution2d(16, 24, kernel, stride: 2);
        using var torchs = nn.Conv2d(16, 24, kernel_size: kernel, stride: 2, padding: kernel / 2, bias: false);
        torchs.weight = convolution.weight!;
        for (var height = 1; height <= 5; height++)
        {
            var x_NCHW = Values(2, 16, height, 1);
            var fp32 = new Compute(CPU, Bf16: false);
            var pairs = Train(torchs, x_NCHW, fp32).Zip(Train(convolution, x_NCHW, fp32));
            Assert.All(pairs, pair => Golden.Close.Relatively(pair.First, pair.Second, 1e-6));
        }
    }

    /// <summary>The distinct convolutions in networks of every kind, stem and width.</summary>
    private static HashSet<(int Input, int Output, int Kernel, int Stride)> Shapes()
    {
        using var generator = RandomKey.FromSeed(1).Generator();
        var shapes = new HashSet<(int, int, int, int)>();
        foreach (var (kind, stem, planes, channels) in
            from kind in Kinds
            from stem in NetworkOptions.StemNames.Values
            from planes in Planes
            from channels in new[] { 1, 3 }
            select (kind, stem, planes, channels))
        {
            var options = new NetworkOptions(kind.Architecture, planes / 64.0, stem, kind.SelectiveKernels);
            using var network = new ResNet(options, channels, classes: null, generator);
            foreach (var convolution in network.modules().OfType<Convolution2d>())
            {
                var (input, output) = ((int)convolution.in_channels, (int)convolution.out_channels);
                shapes.Add((input, output, (int)convolution.kernel_size[0], (int)convolution.stride[0]));
            }
        }

        return shapes;
    }

    /// <summary>Computes the output, then the gradients of the input and of the parameters.</summary>
    private static List<Tensor> Train(nn.Module<Tensor, Tensor> module, Tensor x_NCHW, Compute compute)
    {
        var leaf_NCHW = MemoryOrder.ChannelsLast(x_NCHW).detach().requires_grad_();
        Tensor y;
        using (compute.BeginAutocast())
        {
            y = module.forward(leaf_NCHW);
        }

        // The gradient with respect to y is y, in its type and memory order.
        var learned = module.parameters().Where(parameter => parameter.requires_grad);
        return [y, .. autograd.grad([y], [leaf_NCHW, .. learned], [y.detach()])];
    }

    /// <summary>Computes the output alone, and added to a tensor of its shape.</summary>
    private static List<Tensor> Infer(InferenceConvolution inference, Tensor x_NCHW)
    {
        using var frozen = no_grad();
        var y_NDHW = inference.Forward(x_NCHW);
        return [y_NDHW, inference.AddedTo_(y_NDHW.clone(), x_NCHW)];
    }

    private static bool IgnoresFreshMemory(Func<IReadOnlyList<Tensor>> computation)
    {
        byte[][]? first = null;
        foreach (var filling in FreshMemory.Fillings)
        {
            using var memory = new FreshMemory(filling);
            using var scope = NewDisposeScope();
            var results = computation();
            var bits = results.Select(result => result.contiguous().bytes.ToArray()).ToArray();
            first ??= bits;
            if (!results.All(result => result.isfinite().all().ToBoolean())
                || !bits.Zip(first).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Numbers in [−1, 1].</summary>
    private static Tensor Values(params long[] shape) => arange(shape.Aggregate((a, b) => a * b), ScalarType.Float32).cos().reshape(shape);
}
