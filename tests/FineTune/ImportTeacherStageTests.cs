using System.Text.Json.Nodes;
using Distill.FineTune;
using Distill.Learning.Networks;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Options;
using Tests.Learning;

namespace Tests.FineTune;

[Collection(TorchTests.Name)]
public sealed class ImportTeacherStageTests : IDisposable
{
    private static readonly Artifact Given = new("imported", "teacher");

    private readonly StageFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Plain_ResNet_comes_out_unchanged()
    {
        var given = Import(TinyNetworks.Student("other"), fromLayer: 0);
        TinyNetworks.AssertSameWeights(given, _fixture.Folder[TrainingLoop.Output], FineTunedNetwork.PlainKey);
    }

    [Fact]
    public void Classifier_on_a_head_layer_comes_out_unchanged()
    {
        var given = Import(TinyNetworks.FineTuned("other", 1), fromLayer: 1);
        TinyNetworks.AssertSameWeights(given, _fixture.Folder[TrainingLoop.Output], key => key);
    }

    [Fact]
    public void Classifier_on_another_layer_is_rejected()
    {
        var message = Assert.Throws<UserException>(() => Import(TinyNetworks.FineTuned("other", 2), fromLayer: 1)).Message;
        Assert.Contains("head.1", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_class_names_in_config_json_are_rejected()
    {
        _fixture.Folder.Write("config.json", """{ "label_names": ["right", "middle", "left"] }""");
        var message = Assert.Throws<UserException>(() => Import(TinyNetworks.Student("other"), fromLayer: 0)).Message;
        Assert.EndsWith(
            "found label_names right, middle, left, expected the dataset's classes in the same order: left, middle, right",
            message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "label_names": ["left", "middle", "right"] }""")]
    [InlineData("""{ "name": "something else" }""")]
    [InlineData("not JSON")]
    public void Same_class_names_or_none_are_accepted(string config)
    {
        _fixture.Folder.Write("config.json", config);
        Import(TinyNetworks.Student("other"), fromLayer: 0);
    }

    private string Import(ClassifierSource given, int fromLayer)
    {
        var path = TinyNetworks.Write(_fixture.Folder, "given.safetensors", given);
        _fixture.Inputs[Given] = path;
        ImportTeacherStage.Run(
            _fixture.Context("finetune"),
            TinyNetworks.FineTuned("finetune", fromLayer),
            new JsonObject { ["architecture"] = "resnet18" },
            StageFixture.Settings,
            new TinyDataset(),
            Given);
        return path;
    }
}
