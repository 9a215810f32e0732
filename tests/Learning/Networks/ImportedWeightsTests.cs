using Distill.Learning.Networks;
using Distill.Learning.Networks.Inference;
using Distill.Learning.Training;
using Tests.Golden;
using Tests.Pipeline;
using static TorchSharp.torch;

namespace Tests.Learning.Networks;

/// <summary>Tests weights that were trained elsewhere.</summary>
[Collection(TorchTests.Name)]
public sealed class ImportedWeightsTests : IDisposable
{

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Plain_resnet_becomes_the_encoder_without_its_classifier()
    {
        using var scope = NewDisposeScope();
        using var plain = FilledNetwork.Of("resnet18", 0.125, Stem.Small, selective: false, channels: 1, classes: 3);
        using var network = SmallNetworks.Contrastive();
        Assert.False(ImportedWeights.LoadPretrained(network, Save(plain.state_dict())));

        network.eval();
        var images = Pattern.Uniform("images", 2, 1, 12, 12);
        var logits = plain.Classifier!.forward(network.Encoder.forward(images));
        Close.To(plain.forward(images).detach(), logits.detach(), 0);
    }

    [Fact]
    public void Pretrained_network_is_loaded_with_its_head()
    {
        using var scope = NewDisposeScope();
        using var other = SmallNetworks.Contrastive();
        Pattern.Fill(other);
        using var network = SmallNetworks.Contrastive();
        Assert.True(ImportedWeights.LoadPretrained(network, Save(other.state_dict())));
        Assert.All(other.state_dict(), entry => Assert.True(entry.Value.equal(network.state_dict()[entry.Key]).all().item<bool>()));
    }

    [Theory]
    [InlineData("resnet34", 0.125, "contains unexpected tensor 'layer1.2.bn1.bias', which this network does not have")]
    [InlineData("resnet50", 0.125, "found layer1.0.conv1.weight of shape [8, 8, 1, 1], this network needs [8, 8, 3, 3]")]
    [InlineData("resnet18", 0.25, "found conv1.weight of shape [16, 1, 3, 3], this network needs [8, 1, 3, 3]")]
    public void Another_architecture_is_refused_with_its_first_difference(string architecture, double width, string difference)
    {
        using var scope = NewDisposeScope();
        using var plain = FilledNetwork.Of(architecture, width, Stem.Small, selective: false, channels: 1, classes: 3);
        using var network = SmallNetworks.Contrastive();
        var path = Save(plain.state_dict());
        var refused = Assert.Throws<InvalidDataException>(() => ImportedWeights.LoadPretrained(network, path));
        Assert.Equal($"{path}: {difference}", refused.Message);
    }

    [Fact]
    public void Classifier_needs_all_weights_but_no_batch_counts()
    {
        using var scope = NewDisposeScope();
        using var plain = FilledNetwork.Of("resnet18", 0.125, Stem.Small, selective: false, channels: 1, classes: 3);
        using var network = SmallNetworks.Classifier(fromLayer: 0);
        var weights = plain.state_dict()
            .Where(entry => !entry.Key.EndsWith("num_batches_tracked", StringComparison.Ordinal))
            .ToDictionary();
        ImportedWeights.LoadClassifier(network, Save(weights));
        network.eval();
        var images = Pattern.Uniform("images", 2, 1, 12, 12);
        Close.To(plain.forward(images).detach(), network.forward(images).detach(), 0);

        weights.Remove("fc.bias");
        var refused = Assert.Throws<InvalidDataException>(() => ImportedWeights.LoadClassifier(network, Save(weights)));
        Assert.EndsWith("lacks tensor 'fc.bias', which this network needs", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Classifier_on_a_head_layer_is_loaded_with_the_layer(int fromLayer)
    {
        using var scope = NewDisposeScope();
        using var other = SmallNetworks.Classifier(fromLayer);
        Pattern.Fill(other);
        var path = Save(other.state_dict());
        Assert.Equal(fromLayer, ImportedWeights.HeadLayersOf(path));
        using var network = SmallNetworks.Classifier(fromLayer);
        ImportedWeights.LoadClassifier(network, path);
        Assert.All(other.state_dict(), entry => Assert.True(entry.Value.equal(network.state_dict()[entry.Key]).all().item<bool>()));
    }

    [Fact]
    public void Network_sees_normalized_images()
    {
        using var scope = NewDisposeScope();
        using var plain = FilledNetwork.Of("resnet18", 0.125, Stem.Small, selective: false, channels: 3, classes: 3);
        using var generator = new Generator(1);
        var normalization = new Normalization([0.5, 0.4, 0.3], [0.2, 0.3, 0.4]);
        using var normalizing = new ResNet(
            new NetworkOptions(Architecture.ResNet18, 0.125, Stem.Small, Normalization: normalization), 3, 3, generator);
        Weights.CopyAll(normalizing, plain);
        normalizing.eval();

        var images = Pattern.Uniform("images", 2, 3, 12, 12);
        var normalized = images.sub(tensor([0.5f, 0.4f, 0.3f], [1, 3, 1, 1])).div(tensor([0.2f, 0.3f, 0.4f], [1, 3, 1, 1]));
        var expected = plain.forward(normalized).detach();
        Close.To(expected, normalizing.forward(images).detach(), 1e-6);
        using var inference = InferenceNetwork.Create(normalizing, new Compute(CPU, Bf16: false));
        Close.To(expected, inference.Forward(images), 1e-4);
        Assert.Equal(plain.state_dict().Keys, normalizing.state_dict().Keys);
    }

    [Theory]
    [InlineData(new[] { 0.5 }, new[] { 0.2 }, true)]
    [InlineData(new[] { 0.5, 0.5 }, new[] { 0.2, 0.2 }, false)]
    [InlineData(new[] { 0.5 }, new double[0], false)]
    [InlineData(new[] { 0.5 }, new[] { 0.0 }, false)]
    [InlineData(new[] { double.NaN }, new[] { 1.0 }, false)]
    public void Normalization_fits_its_channels_without_division_by_zero(double[] mean, double[] deviation, bool fits) =>
        Assert.Equal(fits, new Normalization(mean, deviation).Fits(1));

    private string Save(IReadOnlyDictionary<string, Tensor> weights) => SmallNetworks.Save(_folder, weights);
}
