using Distill.Datasets.Options;
using Tests.Pipeline.Options;

namespace Tests.Datasets.Options;

public sealed class DatasetOptionsTests
{
    [Theory]
    [InlineData("{}", DatasetKind.FashionMnist, "data/fashion-mnist", 28, 1)]
    [InlineData("""{ "kind": "sample" }""", DatasetKind.Sample, "data/sample", 28, 1)]
    [InlineData("""{ "kind": "folder", "folder": "cats" }""", DatasetKind.Folder, "cats", 224, 3)]
    [InlineData("""{ "kind": "folder", "folder": "cats", "imageSize": 32, "channels": 1 }""", DatasetKind.Folder, "cats", 32, 1)]
    public void Missing_options_have_defaults(string json, DatasetKind kind, string folder, int size, int channels) =>
        Assert.Equal(new DatasetOptions(kind, folder, size, channels), DatasetOptions.Read(Parsing.Of(json)));

    [Theory]
    [InlineData("""{ "kind": "folder" }""", "pipeline.json: $.folder: found no folder")]
    [InlineData("""{ "kind": "folder", "folder": "cats", "channels": 2 }""", "$.channels: found 2, expected 1 or 3")]
    [InlineData("""{ "channels": 3 }""", "$.channels: found 3, expected 1: these images have that number of channels")]
    [InlineData("""{ "centerCrop": 0.5 }""", "$.centerCrop: found a value, expected none")]
    [InlineData("""{ "kind": "cifar10", "pack": true }""", "$.pack: found a value, expected none: only the kinds folder")]
    [InlineData("""{ "kind": "cifar10", "classes": "names.txt" }""", "$.classes: found a value, expected none")]
    [InlineData("""{ "imageSize": 32 }""", "$.imageSize: found 32, expected 28: these images are not resized")]
    [InlineData(
        """{ "kind": "webdataset", "folder": "cats", "labelColumn": "label" }""",
        "$.labelColumn: found a value, expected none: only the kind parquet has it")]
    [InlineData("""{ "kind": "imagenet" }""", "$.kind")]
    public void Impossible_options_are_refused(string json, string message) =>
        Assert.Contains(message, Parsing.Message(() => DatasetOptions.Read(Parsing.Of(json))), StringComparison.Ordinal);
}
