using System.Text.Json.Nodes;
using Distill.Artifacts;
using Distill.Datasets.Images;
using Distill.Learning.Networks;
using Tests.Pipeline;

namespace Tests.Artifacts;

public sealed class ModelConfigTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Written_config_is_read_back(bool normalized)
    {
        var config = Example(normalized);
        var read = ModelConfig.Read(_folder.Write("config.json", config.ToJson()));

        Assert.Equivalent(config, read, strict: true);
        Assert.Equal(config.ToJson(), read.ToJson());
    }

    [Theory]
    [InlineData("architecture")]
    [InlineData("label_names")]
    [InlineData("pretrained_cfg")]
    [InlineData("distill")]
    public void Config_without_a_required_key_is_rejected(string key)
    {
        var json = JsonNode.Parse(Example(normalized: true).ToJson())!.AsObject();
        json.Remove(key);
        var path = _folder.Write("config.json", json.ToJsonString());

        var message = Assert.Throws<InvalidDataException>(() => ModelConfig.Read(path)).Message;
        Assert.StartsWith($"{path}: not the config.json of a model that distill published", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Temperature_of_zero_or_less_is_rejected(double temperature)
    {
        var path = _folder.Write("config.json", (Example(normalized: false) with { Temperature = temperature }).ToJson());
        Assert.Throws<InvalidDataException>(() => ModelConfig.Read(path));
    }

    [Theory]
    [InlineData("crop_pct", 0)]
    [InlineData("crop_pct", 1.01)]
    [InlineData("shorterSide", 0)]
    public void Impossible_crop_or_side_is_rejected(string key, double value)
    {
        var json = JsonNode.Parse(Example(normalized: false).ToJson())!;
        json[key == "crop_pct" ? "pretrained_cfg" : "distill"]![key] = JsonValue.Create(value);
        var path = _folder.Write("config.json", json.ToJsonString());
        Assert.Throws<InvalidDataException>(() => ModelConfig.Read(path));
    }

    [Fact]
    public void Config_of_an_older_version_has_no_shorter_side()
    {
        var json = JsonNode.Parse((Example(normalized: false) with { ShorterSide = 256 }).ToJson())!;
        Assert.Equal(256, ModelConfig.Read(_folder.Write("config.json", json.ToJsonString())).ShorterSide);
        json["distill"]!.AsObject().Remove("shorterSide");
        Assert.Null(ModelConfig.Read(_folder.Write("config.json", json.ToJsonString())).ShorterSide);
    }

    [Fact]
    public void Preprocessor_of_images_that_are_not_square_resizes_them_as_a_whole()
    {
        var json = JsonNode.Parse((Example(normalized: false) with { Shape = new ImageShape(1, 20, 28) }).ToPreprocessorJson())!;
        Assert.Equal("""{"height":20,"width":28}""", json["size"]!.ToJsonString());
        Assert.False((bool)json["do_center_crop"]!);
    }

    [Fact]
    public void Preprocessor_resizes_the_shorter_side_before_the_center_crop()
    {
        var json = JsonNode.Parse(Example(normalized: true).ToPreprocessorJson())!;

        // Its resize takes a shortest edge, and it crops. ViTImageProcessor does neither.
        Assert.Equal("BitImageProcessor", (string?)json["image_processor_type"]);
        Assert.Equal(256, (int)json["size"]!["shortest_edge"]!);
        Assert.Equal((224, 224), ((int)json["crop_size"]!["height"]!, (int)json["crop_size"]!["width"]!));
        Assert.False((bool)json["do_normalize"]!);
    }

    private static ModelConfig Example(bool normalized) => new(
        new NetworkOptions(
            Architecture.ResNet50,
            0.5,
            Stem.Half,
            SelectiveKernels: true,
            normalized ? new Normalization([0.5, 0.4, 0.3], [0.2, 0.3, 0.4]) : null),
        new ImageShape(3, 224, 224),
        ["cat", "dog", "Füchse"],
        0.875,
        1.25);
}
