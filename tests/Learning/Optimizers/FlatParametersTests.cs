using Distill.Learning.Networks;
using Distill.Learning.Optimizers;
using Distill.Learning.Randomness;
using Tests.Golden;
using TorchSharp;
using static TorchSharp.torch;

namespace Tests.Learning.Optimizers;

[Collection(TorchTests.Name)]
public sealed class FlatParametersTests
{
    [Fact]
    public void Flattening_changes_neither_keys_nor_values_nor_outputs()
    {
        using var scope = NewDisposeScope();
        using var network = Network();
        network.eval();
        var images = Pattern.Uniform("images", 3, 1, 12, 12);
        var before = network.forward(images);
        var keys = network.state_dict().Keys.ToArray();

        using var parameters = new FlatParameters(network);

        Assert.Equal(keys, network.state_dict().Keys);
        Close.Exactly(before.detach(), network.forward(images).detach());
        Assert.All(network.state_dict(), entry => Close.Exactly(Pattern.Weight(entry.Key, entry.Value.shape), entry.Value));
    }

    [Fact]
    public void Backward_adds_to_the_flat_gradients()
    {
        using var scope = NewDisposeScope();
        using var plain = Network();
        using var network = Network();
        using var parameters = new FlatParameters(network);
        var images = Pattern.Uniform("images", 3, 1, 12, 12);
        plain.forward(images).pow(2).sum().backward();
        network.forward(images).pow(2).sum().backward();
        foreach (var slice in parameters.Slices)
        {
            var expected = plain.get_parameter(slice.Name)!.grad!.reshape(-1);
            Close.Relatively(expected, parameters.Gradients.narrow(0, slice.Offset, slice.Length), 1e-5, slice.Name);
        }

        parameters.ZeroGradients();
        Assert.Equal(0, parameters.Gradients.abs().max().ToSingle());
        network.forward(images).pow(2).sum().backward();
        Assert.NotEqual(0, parameters.Gradients.abs().max().ToSingle());
    }

    [Fact]
    public void Slices_are_aligned_and_complete_with_decayed_ones_first()
    {
        using var scope = NewDisposeScope();
        using var network = Network();
        using var parameters = new FlatParameters(network);
        var offset = 0L;
        foreach (var slice in parameters.Slices)
        {
            Assert.Equal(offset, slice.Offset);
            Assert.Equal(0, slice.Offset % FlatParameters.Alignment);
            Assert.Equal(slice.Offset < parameters.DecayedLength, slice.Decays);
            Assert.Equal(slice.Decays, network.get_parameter(slice.Name)!.dim() > 1);
            offset += (slice.Length + 63) / 64 * 64;
        }

        Assert.Equal(offset, parameters.Values.numel());
        Assert.Equal(network.parameters().Sum(p => p.numel()), parameters.Slices.Sum(slice => slice.Length));
    }

    [Theory]
    [InlineData(OptimizerKind.AdamW)]
    [InlineData(OptimizerKind.Sgd)]
    [InlineData(OptimizerKind.Lars)]
    public void Padding_between_parameters_stays_zero(OptimizerKind kind)
    {
        using var scope = NewDisposeScope();
        using var network = Network();
        using var parameters = new FlatParameters(network);
        using var optimizer = Optimizer.Create(new OptimizerOptions(kind, 1, 0.1, 0.9, 0), parameters);
        for (var step = 0; step < 3; step++)
        {
            network.forward(Pattern.Uniform("images", 3, 1, 12, 12)).pow(2).sum().backward();
            Assert.All(
                parameters.Slices,
                slice => Assert.NotEqual(0, parameters.Gradients.narrow(0, slice.Offset, slice.Length).abs().max().ToSingle()));

            optimizer.Step(step, 0.01);

            Tensor[] all = [.. optimizer.Buffers.Values, parameters.Values, parameters.Gradients];
            Assert.All(all, flat => Assert.Equal(0, Padding(parameters, flat)));
            parameters.ZeroGradients();
        }
    }

    [Fact]
    public void Packed_tensors_have_no_padding_and_can_be_unpacked()
    {
        using var scope = NewDisposeScope();
        using var network = Network();
        var expected = cat([.. network.parameters().OrderBy(p => p.dim() > 1 ? 0 : 1).Select(p => p.detach().reshape(-1).clone())]);
        using var parameters = new FlatParameters(network);
        var packed = parameters.Pack(parameters.Values);
        Close.Exactly(expected, packed);
        var unpacked = zeros_like(parameters.Values);
        parameters.Unpack(packed, unpacked);
        Close.Exactly(parameters.Values, unpacked);
    }

    [Fact]
    public void Changing_the_buffer_changes_the_network()
    {
        using var scope = NewDisposeScope();
        using var network = Tiny.Network();
        using var parameters = new FlatParameters(network);
        parameters.Values.fill_(0.25f);
        Assert.All(network.parameters(), parameter => Assert.Equal(0.25f, parameter.mean().ToSingle()));
    }

    [Fact]
    public void Network_without_trained_parameters_is_refused()
    {
        using var scope = NewDisposeScope();
        using var network = nn.Linear(2, 2);
        network.weight!.requires_grad = false;
        network.bias!.requires_grad = false;
        Assert.Throws<ArgumentException>(() => new FlatParameters(network));
    }

    /// <summary>Returns the largest magnitude in the padding; NaN counts as infinite.</summary>
    private static float Padding(FlatParameters parameters, Tensor flat)
    {
        using var scope = NewDisposeScope();
        var padding = flat.clone();
        foreach (var slice in parameters.Slices)
        {
            padding.narrow(0, slice.Offset, slice.Length).zero_();
        }

        return padding.abs().nan_to_num(nan: double.PositiveInfinity).max().ToSingle();
    }

    private static ResNet Network()
    {
        using var generator = RandomKey.FromSeed(1).Generator();
        var network = new ResNet(new NetworkOptions(Architecture.ResNet18, 8.0 / 64, Stem.Small), 1, 10, generator);
        Pattern.Fill(network);
        return network;
    }
}
