using System.Text.Json.Nodes;
using Distill.FineTune;
using Distill.Learning.Networks;
using Distill.Learning.Safetensors;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Options;
using Tests.Learning;
using static TorchSharp.torch;

namespace Tests.FineTune;

[Collection(TorchTests.Name)]
public sealed class ImportTeacherStageTests : IDisposable
{
    private static readonly Artifact Given = new("imported", "teacher");

    private readonly StageFixture _fixture = new();
    private JsonObject? _metrics;

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
            "config.json: found label_names right, middle, left, expected the dataset's classes in the same order: left, middle, right; "
                + "row 0 of the classifier is right, and class 0 of the dataset is left. Write the names into a text file in the order of "
                + "the classifier, one per line, and set dataset.classes to its path",
            message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "label_names": ["left", "middle", "right"] }""")]
    [InlineData("""{ "name": "something else" }""")]
    [InlineData("""{ "id2label": { "2": "Right", "0": "left", "1": "middle" } }""")]
    [InlineData("""{ "pretrained_cfg": { "mean": [0], "std": [1] } }""")]
    [InlineData("not JSON")]
    [InlineData("""{ "label_names": 1, "label_names": 2 }""")]
    public void Same_class_names_or_none_are_accepted(string config)
    {
        _fixture.Folder.Write("config.json", config);
        Import(TinyNetworks.Student("other"), fromLayer: 0);
    }

    [Fact]
    public void Mean_and_deviation_beside_the_weights_are_compared()
    {
        _fixture.Folder.Write("preprocessor_config.json", """{ "image_mean": [0.5], "image_std": [0.25] }""");
        var message = Assert.Throws<UserException>(() => Import(TinyNetworks.Student("other"), fromLayer: 0)).Message;
        Assert.EndsWith(
            "preprocessor_config.json: found image_mean and image_std [0.5] and [0.25], but $.pretrain.network has neither mean nor "
                + "deviation; set \"mean\": [0.5], \"deviation\": [0.25] in it, or remove this file if it belongs to another network",
            message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Accuracy_on_labeled_images_is_measured_and_a_guessing_teacher_is_noted()
    {
        Import(TinyNetworks.Student("other"), fromLayer: 0);
        Assert.Equal(6, _metrics!["labeledImages"]!.GetValue<int>());
        Assert.InRange(_metrics["labeledTop1"]!.GetValue<double>(), 0, 50);
        var note = Assert.Single(_fixture.Notes);
        Assert.StartsWith("the given teacher is right on ", note, StringComparison.Ordinal);
        Assert.Contains("BGR", note, StringComparison.Ordinal);
    }

    [Fact]
    public void Accuracy_does_not_read_other_labels()
    {
        Import(TinyNetworks.Student("other"), fromLayer: 0);
        var expected = _metrics!["labeledTop1"]!.GetValue<double>();
        Import(
            TinyNetworks.Student("other"),
            fromLayer: 0,
            new TinyDataset { Relabel = (image, label) => image < 6 ? label : (label + 1) % TinyDataset.Classes });
        Assert.Equal(expected, _metrics["labeledTop1"]!.GetValue<double>());
    }

    [Fact]
    public void Overflow_in_a_network_of_finite_weights_is_refused()
    {
        var path = TinyNetworks.Write(_fixture.Folder, "given.safetensors", TinyNetworks.Student("other"));
        using (var scope = NewDisposeScope())
        {
            var weights = SafetensorsFile.Read(path);
            foreach (var key in weights.Keys.Where(key => key.EndsWith(".running_var", StringComparison.Ordinal)))
            {
                weights[key].fill_(1e-38);
                weights[key.Replace("running_var", "weight", StringComparison.Ordinal)].fill_(1e6);
            }

            using var file = File.Create(path);
            SafetensorsFile.Write(file, weights);
        }

        var message = Assert.Throws<UserException>(() => ImportFile(path, fromLayer: 0)).Message;
        Assert.StartsWith($"{path}: found NaN or infinite logits for labeled training images", message, StringComparison.Ordinal);
    }

    private string Import(ClassifierSource given, int fromLayer, TinyDataset? dataset = null) =>
        ImportFile(TinyNetworks.Write(_fixture.Folder, "given.safetensors", given), fromLayer, dataset);

    private string ImportFile(string path, int fromLayer, TinyDataset? dataset = null)
    {
        _fixture.Inputs[Given] = path;
        _metrics = ImportTeacherStage.Run(
            _fixture.Context("finetune"),
            TinyNetworks.FineTuned("finetune", fromLayer),
            new JsonObject { ["architecture"] = "resnet18" },
            StageFixture.Settings,
            dataset ?? new TinyDataset(),
            TinyDataset.Labeled(_fixture.Folder, "labels.txt", Enumerable.Range(0, 6)),
            Given).Metrics;
        return path;
    }
}
