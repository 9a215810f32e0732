using System.Text.Json.Nodes;
using Distill.Imaging.Augmentation;
using Distill.Learning.Networks;
using Distill.Learning.Optimizers;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Options;
using Distill.Pretrain;
using Tests.Learning;

namespace Tests.Pretrain;

[Collection(TorchTests.Name)]
public sealed class ImportEncoderStageTests : IDisposable
{
    private static readonly Artifact Given = new("imported", "encoder");
    private const string Encoder = "encoder.";

    private readonly StageFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Encoder_with_head_comes_out_unchanged()
    {
        var given = TinyNetworks.WritePretrained(_fixture.Folder);
        Import(given, needsHead: true);
        TinyNetworks.AssertSameWeights(given, _fixture.Folder[PretrainStage.Output], key => key);
    }

    [Fact]
    public void Encoder_of_a_plain_ResNet_comes_out_unchanged()
    {
        var given = TinyNetworks.Write(_fixture.Folder, "given.safetensors", TinyNetworks.Student("other"));
        Import(given, needsHead: false);
        TinyNetworks.AssertSameWeights(
            given,
            _fixture.Folder[PretrainStage.Output],
            key => key.StartsWith(Encoder, StringComparison.Ordinal) ? key[Encoder.Length..] : null);
    }

    [Fact]
    public void Encoder_without_head_is_rejected_if_fine_tuning_needs_the_head()
    {
        var given = TinyNetworks.Write(_fixture.Folder, "given.safetensors", TinyNetworks.Student("other"));
        var message = Assert.Throws<UserException>(() => Import(given, needsHead: true)).Message;
        Assert.Contains("set finetune.fromLayer to 0", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Head_is_left_out_if_the_network_has_none()
    {
        var given = TinyNetworks.WritePretrained(_fixture.Folder);
        Import(given, needsHead: false, TinyNetworks.Head with { Layers = 0 });
        TinyNetworks.AssertSameWeights(
            given, _fixture.Folder[PretrainStage.Output], key => key.StartsWith(Encoder, StringComparison.Ordinal) ? key : null);
    }

    [Fact]
    public void Same_weights_give_the_same_file()
    {
        var given = TinyNetworks.WritePretrained(_fixture.Folder);
        Import(given, needsHead: true);
        var first = File.ReadAllBytes(_fixture.Folder[PretrainStage.Output]);
        Import(given, needsHead: true);
        Assert.Equal(first, File.ReadAllBytes(_fixture.Folder[PretrainStage.Output]));
    }

    private void Import(string given, bool needsHead, HeadOptions? head = null)
    {
        _fixture.Inputs[Given] = given;
        var options = new PretrainOptions(
            TinyDataset.Network,
            head ?? TinyNetworks.Head,
            new AugmentationOptions(null, []),
            new LowResolution(20, 0),
            0.2,
            new QueueOptions(0, 0.999),
            new TrainingOptions(1, 4, OptimizerOptions.Default));
        ImportEncoderStage.Run(
            _fixture.Context("pretrain"),
            options,
            new JsonObject { ["architecture"] = "resnet18" },
            StageFixture.Settings,
            new TinyDataset(),
            Given,
            needsHead);
    }
}
