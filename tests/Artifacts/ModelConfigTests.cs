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

    [Fact]
    public void Preprocessor_resizes_the_shorter_side_before_the_center_crop()
    {
        var json = JsonNode.Parse(Example(normalized: true).ToPreprocessorJson())!;

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
