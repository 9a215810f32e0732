using Distill.Learning.Networks;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using Tests.Golden;
using Tests.Pipeline;
using TorchSharp;
using static TorchSharp.torch;

namespace Tests.Learning.Networks;

[Collection(TorchTests.Name)]
public sealed class FineTunedNetworkTests : IDisposable
{
    private static readonly NetworkOptions Network = new(Architecture.ResNet18, 4.0 / 64, Stem.Small);
    private static readonly HeadOptions Head = new(3, 16);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Network_keeps_the_chosen_layers_and_starts_with_zero_logits(int fromLayer)
    {
        using var scope = NewDisposeScope();
        using var network = Build(fromLayer);
        var layers = network.state_dict().Keys
            .Where(key => key.StartsWith("head.", StringComparison.Ordinal))
            .Select(key => key.Split('.')[1]);
        Assert.Equal(Enumerable.Range(0, fromLayer).Select(i => $"{i}"), layers.Distinct());
        var logits = network.forward(Pattern.Uniform("images", 4, 1, 12, 12));
        Assert.Equal([4, 10], logits.shape);
        Assert.Equal(0, logits.abs().max().ToSingle());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Pretrained_weights_fill_all_but_the_classifier(int fromLayer)
    {
        using var scope = NewDisposeScope();
        using var generator = RandomKey.FromSeed(1).Generator();
        using var pretrained = new ContrastiveNetwork(Network, Head, 1, generator);
        Pattern.Fill(pretrained);
        var path = Path.Combine(_folder.Path, "weights.safetensors");
        using (var file = File.Create(path))
        {
            Weights.Save(pretrained, file);
        }

        using var network = Build(fromLayer);
        Weights.LoadPart(network, path, FineTunedNetwork.PretrainedKey);
        foreach (var (key, value) in network.state_dict())
        {
            if (key.StartsWith("classifier.", StringComparison.Ordinal))
            {
                Assert.Equal(0, value.abs().max().ToSingle());
            }
            else
            {
                // The name is computed here, not by PretrainedKey.
                Close.Exactly(Pattern.Weight(key.Replace("head.", "head.layers.", StringComparison.Ordinal), value.shape), value);
            }
        }
    }

    [Fact]
    public void Network_computes_what_the_pretrained_layers_compute()
    {
        using var scope = NewDisposeScope();
        using var network = Build(fromLayer: 1);
        Pattern.Fill(network);
        network.eval();
        using var encoder = new ResNet(Network, 1, null, RandomKey.FromSeed(3).Generator());
        var own = network.state_dict();
        foreach (var (key, value) in encoder.state_dict())
        {
            using var frozen = no_grad();
            value.copy_(own["encoder." + key]);
        }

        encoder.eval();
        var images = Pattern.Uniform("images", 4, 1, 12, 12);
        var hidden = encoder.forward(images).mm(own["head.0.linear.weight"].t())
            .sub(own["head.0.bn.running_mean"]).div(own["head.0.bn.running_var"].add(1e-5).sqrt())
            .mul(own["head.0.bn.weight"]).add(own["head.0.bn.bias"]).relu();
        var logits = hidden.mm(own["classifier.weight"].t()).add(own["classifier.bias"]);
        Close.To(logits, network.forward(images), 1e-5);
    }

    [Fact]
    public void All_parameters_are_trained()
    {
        using var scope = NewDisposeScope();
        using var network = Build(fromLayer: 1);
        Assert.All(network.parameters(), parameter => Assert.True(parameter.requires_grad));
    }

    [Fact]
    public void Layer_that_the_head_lacks_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => Build(fromLayer: 3));

    private static FineTunedNetwork Build(int fromLayer)
    {
        using var generator = RandomKey.FromSeed(2).Generator();
        return new FineTunedNetwork(Network, Head, fromLayer, 1, 10, generator);
    }
}
