using Distill.Learning.Networks;
using Tests.Pipeline;

namespace Tests.Learning.Networks;

/// <summary>Tests what the files beside given weights say.</summary>
public sealed class GivenConfigTests : IDisposable
{
    private static readonly string[] Classes = ["cat", "brown_bear", "eel"];
    private static readonly Normalization ImageNet = new([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""{ "label_names": ["cat", "brown_bear", "eel"] }""")]
    [InlineData("""{ "id2label": { "0": "cat", "1": "Brown bear", "2": "eel" } }""")]
    [InlineData("""{ "id2label": ["cat", "brown-bear", "eel"] }""")]
    [InlineData("""{ "label2id": { "eel": "2", "cat": 0, "brown_bear": 1 } }""")]
    [InlineData("""{ "id2label": { "0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2" } }""")]
    [InlineData("""{ "id2label": { "one": "dog", "two": "dog" } }""")]
    [InlineData("""{ "id2label": { "1": "eel", "7": "dog" } }""")]
    [InlineData("""{ "id2label": { "10": "x", "0": "cat", "1": "eel", "2": "brown_bear" } }""")]
    [InlineData("""{ "id2label": {} }""")]
    [InlineData("""{ "id2label": null, "label_names": 3 }""")]
    [InlineData("[]")]
    public void Same_names_or_none_are_accepted(string config) => Beside(config).Labels?.Check(Classes);

    [Theory]
    [InlineData("""{ "label_names": ["eel", "brown_bear", "cat"] }""", "label_names eel, brown_bear, cat", "row 0 of")]
    [InlineData("""{ "id2label": { "2": "brown_bear", "1": "eel", "0": "cat" } }""", "id2label cat, eel, brown_bear", "row 1 of")]
    [InlineData("""{ "label2id": { "brown_bear": 2, "eel": 1, "cat": 0 } }""", "label2id cat, eel, brown_bear", "row 1 of")]
    [InlineData("""{ "label_names": ["cat", "dog", "eel"] }""", "label_names cat, dog, eel", "correct the names")]
    [InlineData("""{ "id2label": { "0": "cat", "1": "eel" } }""", "id2label cat, eel", "correct the names")]
    public void Another_order_or_other_names_are_refused(string config, string found, string advice)
    {
        var labels = Beside(config).Labels;
        var message = Assert.Throws<InvalidDataException>(() => labels!.Check(Classes)).Message;
        Assert.StartsWith($"{_folder["config.json"]}: found {found}, expected the dataset's classes", message, StringComparison.Ordinal);
        Assert.Contains(advice, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Long_lists_are_cut()
    {
        var labels = new GivenLabels("config.json", "label_names", [.. Enumerable.Range(0, 1000).Select(i => $"class {i}")]);
        var message = Assert.Throws<InvalidDataException>(() => labels.Check(Classes)).Message;
        Assert.Contains("class 11, … (1000 names), expected", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("config.json", """{ "pretrained_cfg": { "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225] } }""")]
    [InlineData("config.json", """{ "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225] }""")]
    [InlineData("preprocessor_config.json", """{ "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225] }""")]
    [InlineData("preprocessor_config.json", """
        { "do_rescale": false, "do_normalize": true, "image_mean": [123.675, 116.28, 103.53], "image_std": [58.395, 57.12, 57.375] }
        """)]
    [InlineData("preprocessor_config.json", """
        { "rescale_factor": 0.00784313725490196, "image_mean": [0.97, 0.912, 0.812], "image_std": [0.458, 0.448, 0.45] }
        """)]
    public void Normalization_is_compared(string file, string json)
    {
        _folder.Write(file, json);
        var given = GivenConfig.Beside(_folder["model.safetensors"]);
        given.CheckNetwork(Options(ImageNet), channels: 3);

        Assert.Contains(
            "but $.pretrain.network has neither mean nor deviation; "
                + "set \"mean\": [0.485, 0.456, 0.406], \"deviation\": [0.229, 0.224, 0.225] in it",
            Assert.Throws<InvalidDataException>(() => given.CheckNetwork(Options(null), channels: 3)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "but $.pretrain.network has mean [0.5, 0.5, 0.5] and deviation [0.5, 0.5, 0.5]; set",
            Assert.Throws<InvalidDataException>(
                () => given.CheckNetwork(Options(new([0.5, 0.5, 0.5], [0.5, 0.5, 0.5])), channels: 3)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "do_normalize": false, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5] }""")]
    [InlineData("""{ "do_normalize": false }""")]
    [InlineData("""{ "image_mean": 0, "image_std": 1 }""")]
    [InlineData("""{ "do_rescale": true }""")]
    public void Normalization_that_is_turned_off_is_compared(string processor)
    {
        _folder.Write("preprocessor_config.json", processor);
        var given = GivenConfig.Beside(_folder["model.safetensors"]);
        given.CheckNetwork(Options(null), channels: 3);
        Assert.Contains(
            "; remove both from it",
            Assert.Throws<InvalidDataException>(() => given.CheckNetwork(Options(ImageNet), channels: 3)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("config.json", """{ "pretrained_cfg": { "mean": [123.675, 116.28, 103.53], "std": [58.395, 57.12, 57.375] } }""")]
    [InlineData("preprocessor_config.json", """{ "image_mean": [123.675, 116.28, 103.53], "image_std": [58.395, 57.12, 57.375] }""")]
    public void Numbers_for_bytes_are_refused_with_what_to_do(string file, string json)
    {
        _folder.Write(file, json);
        Assert.Contains(
            "divide both by 255: \"mean\": [0.485, 0.456, 0.406], \"deviation\": [0.229, 0.224, 0.225]",
            Assert.Throws<InvalidDataException>(() => GivenConfig.Beside(_folder["model.safetensors"])).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_that_take_blue_first_are_refused()
    {
        var file = _folder.Write("preprocessor_config.json", """{ "do_flip_channel_order": true }""");
        var given = GivenConfig.Beside(_folder["model.safetensors"]);
        var error = Assert.Throws<InvalidDataException>(() => given.CheckNetwork(Options(null), channels: 3));
        Assert.StartsWith($"{file}: found do_flip_channel_order true", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Processor_of_a_published_model_says_nothing_about_the_weights()
    {
        _folder.Write("preprocessor_config.json", """{ "do_normalize": false }""");
        var given = Beside(
            """{ "pretrained_cfg": { "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225] }, "distill": { "stem": "small" } }""");
        given.CheckNetwork(Options(ImageNet) with { Stem = Stem.Small }, channels: 3);
        Assert.Contains(
            "found the stem small, but $.pretrain.network.stem is imagenet; set it to \"small\"",
            Assert.Throws<InvalidDataException>(() => given.CheckNetwork(Options(ImageNet), channels: 3)).Message,
            StringComparison.Ordinal);
    }

    private static NetworkOptions Options(Normalization? normalization) =>
        new(Architecture.ResNet18, 1, Stem.ImageNet, Normalization: normalization);

    private GivenConfig Beside(string config)
    {
        _folder.Write("config.json", config);
        return GivenConfig.Beside(_folder["model.safetensors"]);
    }
}
