using System.Text.Json.Nodes;
using Distill.FineTune;
using Distill.Learning.Networks;
using Distill.Pipeline.Options;
using Tests.Learning;
using Tests.Pipeline;

namespace Tests.FineTune;

[Collection(TorchTests.Name)]
public sealed class FineTuneOptionsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Imported_classifier_determines_the_number_of_head_layers(int layers) => Assert.Equal(layers, Read(layers).FromLayer);

    [Fact]
    public void Classifier_with_too_many_head_layers_is_rejected()
    {
        var message = Assert.Throws<UserException>(() => Read(layers: 2)).Message;
        Assert.Contains(
            "with 2 head layers, expected a classifier with at most 1, as in pretrain.head", message, StringComparison.Ordinal);
    }

    private FineTuneOptions Read(int layers)
    {
        var weights = TinyNetworks.Write(_folder, "teacher.safetensors", TinyNetworks.FineTuned("finetune", layers));
        var json = new JsonObject { ["finetune"] = new JsonObject { ["weights"] = weights } };
        var section = PipelineFile.Parse(json.ToJsonString(), "test.json", _ => null).Section("finetune");
        return FineTuneOptions.Read(section, new HeadOptions(2, 8));
    }
}
