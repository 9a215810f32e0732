using Distill.Learning.Networks;
using Tests.Golden;
using Tests.Pipeline;
using static TorchSharp.torch;

namespace Tests.Learning.Networks;

/// <summary>Tests what files from elsewhere may contain: prefixes, counters, other types and impossible values.</summary>
[Collection(TorchTests.Name)]
public sealed class GivenWeightsTests : IDisposable
{

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("module.")]
    [InlineData("backbone.")]
    [InlineData("encoder_q.")]
    [InlineData("state_dict.")]
    [InlineData("model.")]
    [InlineData("encoder.")]
    [InlineData("_orig_mod.")]
    [InlineData("state_dict.model.module.encoder_q.")]
    [InlineData("module.encoder.")]
    public void Prefix_of_all_keys_is_removed(string prefix)
    {
        using var scope = NewDisposeScope();
        using var plain = FilledNetwork.Of("resnet18", 0.125, Stem.Small, selective: false, channels: 1, classes: 3);
        var path = Save(plain.state_dict().ToDictionary(entry => prefix + entry.Key, entry => entry.Value));
        using var classifier = SmallNetworks.Classifier(fromLayer: 0);
        ImportedWeights.LoadClassifier(classifier, path);
        AssertLoaded(plain, key => classifier.state_dict()[key.StartsWith("fc.", StringComparison.Ordinal)
            ? "classifier." + key["fc.".Length..]
            : "encoder." + key]);

        using var contrastive = SmallNetworks.Contrastive();
        Assert.False(ImportedWeights.LoadPretrained(contrastive, path));
        AssertLoaded(contrastive.Encoder, key => plain.state_dict()[key]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("module.")]
    [InlineData("state_dict.model.")]
    public void Prefix_of_a_network_with_a_head_is_removed(string prefix)
    {
        using var scope = NewDisposeScope();
        using var other = SmallNetworks.Classifier(fromLayer: 1);
        Pattern.Fill(other);
        var path = Save(other.state_dict().ToDictionary(entry => prefix + entry.Key, entry => entry.Value));
        Assert.Equal(1, ImportedWeights.HeadLayersOf(path));
        using var network = SmallNetworks.Classifier(fromLayer: 1);
        ImportedWeights.LoadClassifier(network, path);
        AssertLoaded(other, key => network.state_dict()[key]);
    }

    [Fact]
    public void Prefix_of_some_keys_is_named()
    {
        using var scope = NewDisposeScope();
        using var plain = FilledNetwork.Of("resnet18", 0.125, Stem.Small, selective: false, channels: 1, classes: 3);
        AssertRefused(
            plain.state_dict().ToDictionary(
                entry => (entry.Key.StartsWith("fc.", StringComparison.Ordinal) ? "module." : "module.backbone.") + entry.Key,
                entry => entry.Value),
            "found a network whose keys begin with 'module.backbone.', and 2 other tensors: module.fc.bias, module.fc.weight; "
                + "remove these, or rename them to begin with 'module.backbone.' too if they belong to the network");
    }

    [Fact]
    public void Several_networks_are_named()
    {
        using var scope = NewDisposeScope();
        using var plain = FilledNetwork.Of("resnet18", 0.125, Stem.Small, selective: false, channels: 1, classes: 3);
        AssertRefused(
            plain.state_dict().SelectMany(entry => new[] { "m.encoder_q.", "m.encoder_k." }
                .Select(prefix => KeyValuePair.Create(prefix + entry.Key, entry.Value.clone()))).ToDictionary(),
            "found 2 networks, whose keys begin with 'm.encoder_k.' and 'm.encoder_q.', expected one; keep the tensors of one of them");
    }

    [Fact]
    public void Counters_of_one_element_are_accepted()
    {
        using var scope = NewDisposeScope();
        using var plain = FilledNetwork.Of("resnet18", 0.125, Stem.Small, selective: false, channels: 1, classes: 3);
        using var network = SmallNetworks.Classifier(fromLayer: 0);
        ImportedWeights.LoadClassifier(network, Save(plain.state_dict().ToDictionary(
            entry => entry.Key,
            entry => entry.Key.EndsWith("num_batches_tracked", StringComparison.Ordinal)
                ? entry.Value.reshape([1]).to_type(ScalarType.Int32)
                : entry.Value)));
        AssertLoaded(plain, key => network.state_dict()[key.StartsWith("fc.", StringComparison.Ordinal)
            ? "classifier." + key["fc.".Length..]
            : "encoder." + key]);
    }

    [Theory]
    [InlineData("layer1.0.conv1.weight", double.NaN, 1, "1 of the 576 values of tensor 'layer1.0.conv1.weight' to be NaN or infinite")]
    [InlineData("fc.bias", double.NaN, 1, "1 of the 3 values of tensor 'fc.bias' to be NaN or infinite")]
    [InlineData("bn1.weight", double.PositiveInfinity, 2, "2 of the 8 values of tensor 'bn1.weight' to be NaN or infinite")]
    [InlineData("bn1.running_mean", double.NegativeInfinity, 1, "1 of the 8 values of tensor 'bn1.running_mean' to be NaN or infinite")]
    [InlineData("bn1.running_var", -0.25, 1, "a variance of -0.25 in tensor 'bn1.running_var', expected none below 0")]
    [InlineData("bn1.running_var", 0, 8, "only values of 0 in tensor 'bn1.running_var', expected trained weights")]
    [InlineData("layer2.0.conv1.weight", 0, int.MaxValue, "only values of 0 in tensor 'layer2.0.conv1.weight', expected trained weights")]
    [InlineData("fc.weight", 0.5, int.MaxValue, "only values of 0.5 in tensor 'fc.weight', expected trained weights")]
    [InlineData("layer4.1.conv2.weight", -1e20, 1, "a value of -1e+20 in tensor 'layer4.1.conv2.weight', expected none beyond ±1e+06")]
    [InlineData("bn1.running_mean", 1e20, 1, "a value of 1e+20 in tensor 'bn1.running_mean', expected none beyond ±1e+12")]
    public void Impossible_values_are_refused_by_key(string key, double value, int count, string message)
    {
        using var scope = NewDisposeScope();
        using var plain = FilledNetwork.Of("resnet18", 0.125, Stem.Small, selective: false, channels: 1, classes: 3);
        var weights = plain.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.detach().clone());
        var flat = weights[key].view(-1);
        flat.narrow(0, 0, Math.Min(count, flat.numel())).fill_(value);
        AssertRefused(weights, $"found {message}");
    }

    [Fact]
    public void Integers_are_no_weights()
    {
        using var scope = NewDisposeScope();
        using var plain = FilledNetwork.Of("resnet18", 0.125, Stem.Small, selective: false, channels: 1, classes: 3);
        var weights = plain.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value);
        weights["conv1.weight"] = weights["conv1.weight"].to_type(ScalarType.Int8);
        AssertRefused(weights, "found tensor 'conv1.weight' of type Int8, expected floating-point weights (F32, F16, BF16 or F64)");
    }

    [Fact]
    public void Scales_and_shifts_of_a_norm_may_be_zero()
    {
        using var scope = NewDisposeScope();
        using var plain = FilledNetwork.Of("resnet18", 0.125, Stem.Small, selective: false, channels: 1, classes: 3);
        var weights = plain.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.detach().clone());
        weights["layer1.0.bn2.weight"].zero_();
        weights["bn1.bias"].zero_();
        weights["bn1.running_var"].narrow(0, 0, 1).zero_();
        using var network = SmallNetworks.Classifier(fromLayer: 0);
        ImportedWeights.LoadClassifier(network, Save(weights));
    }

    private static void AssertLoaded(nn.Module expected, Func<string, Tensor> loaded) => Assert.All(
        expected.state_dict(), entry => Assert.True(entry.Value.equal(loaded(entry.Key)).all().item<bool>(), entry.Key));

    private void AssertRefused(IReadOnlyDictionary<string, Tensor> weights, string message)
    {
        var path = Save(weights);
        using var classifier = SmallNetworks.Classifier(fromLayer: 0);
        var refused = Assert.Throws<InvalidDataException>(() => ImportedWeights.LoadClassifier(classifier, path)).Message;
        Assert.StartsWith($"{path}: {message}", refused, StringComparison.Ordinal);
    }

    private string Save(IReadOnlyDictionary<string, Tensor> weights) => SmallNetworks.Save(_folder, weights);
}
