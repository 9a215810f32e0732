using System.Globalization;
using System.Text.Json.Nodes;
using Distill.Artifacts;
using Distill.Imaging.Evaluation;
using Distill.Imaging.Loading;
using Distill.Learning.Safetensors;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Storage;
using Tests.Datasets;
using TorchSharp;
using YamlDotNet.Serialization;

namespace Tests.Cli;

/// <summary>Tests the files of a published model.</summary>
[Collection(FinishedRun.Collection)]
[Trait("Category", "Process")]
public sealed class PublishedModelTests(FinishedRun run)
{
    private const string Machine =
        @"^cpu, (fp32|bf16), .+ \(family \d+, model \d+\), (AVX-512|AVX2|no AVX2), \d+ threads?, libtorch \d+\.\d+\.\S+$";

    [Fact]
    public void Published_checksums_match_the_files()
    {
        var lines = File.ReadAllLines(PathOf("SHA256SUMS"));

        // int8 is left out if the network, which was trained briefly, loses too much accuracy with it.
        string[] optional = File.Exists(PathOf("model.int8.onnx")) ? ["model.int8.onnx"] : [];
        Assert.Equal(
            [
                "README.md", "config.json", "labels.txt", "metrics.json", "model.fp16.onnx", .. optional, "model.onnx", "model.safetensors",
                "preprocessor_config.json", "provenance.json",
            ],
            lines.Select(line => line.Split("  ")[1]));
        Assert.All(lines, line => Assert.Equal(FileHash.OfFile(PathOf(line.Split("  ")[1])), line.Split("  ")[0]));
    }

    [Fact]
    public void Provenance_names_machine_and_precision_of_every_stage()
    {
        var stages = Json("provenance.json")["stages"]!.AsObject();

        Assert.Contains("pretrain", stages.Select(stage => stage.Key));
        Assert.All(stages, stage =>
            Assert.Matches(Machine, Assert.Single(stage.Value!["machines"]!.AsArray())!.GetValue<string>()));
    }

    [Fact]
    public void Provenance_names_the_program_that_published_the_model()
    {
        var program = Json("provenance.json")["program"]!;

        Assert.Equal(ProgramVersion.Current.Version, program["version"]!.GetValue<string>());
        Assert.Equal(ProgramVersion.Current.Commit, program["commit"]?.GetValue<string>());
    }

    [Fact]
    public void Front_matter_of_the_card_is_valid_and_has_the_measured_accuracy()
    {
        var card = File.ReadAllText(PathOf("README.md"));
        Assert.StartsWith("---\n", card, StringComparison.Ordinal);

        var front = new Deserializer().Deserialize<Dictionary<string, object>>(card.Split("---\n")[1]);

        Assert.Equal("image-classification", front["pipeline_tag"]);
        Assert.Equal("mit", front["license"]);
        Assert.Equal(["image-classification", "simclr", "knowledge-distillation", "resnet18"], (List<object>)front["tags"]);
        dynamic model = ((List<object>)front["model-index"]).Single();
        dynamic metric = model["results"][0]["metrics"][0];
        Assert.Equal("accuracy", metric["type"]);
        Assert.Equal(Json("metrics.json")["top1"]!.GetValue<double>(), double.Parse(metric["value"], CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Card_has_a_code_example_and_the_measurements_of_every_format()
    {
        var card = File.ReadAllText(PathOf("README.md"));

        Assert.Matches("(?s)## How to use\n.*```python\n.*```\n.*## Results\n", card);
        Assert.All(Json("metrics.json")["formats"]!.AsArray(), format =>
        {
            var (top1, agreement) = (format!["top1"]!.GetValue<double>(), format["agreement"]!.GetValue<double>());
            var error = format["calibrationError"]!.GetValue<double>();
            Assert.Contains(
                FormattableString.Invariant($" {top1:0.00} | {agreement:0.00} | {error:0.0000} |"), card, StringComparison.Ordinal);
        });
    }

    /// <summary>Pillow numbers bicubic interpolation 3.</summary>
    [Fact]
    public void Preprocessor_uses_bicubic_interpolation() =>
        Assert.Equal(3, Json("preprocessor_config.json")["resample"]!.GetValue<int>());

    [Fact]
    public void Published_onnx_model_has_the_measured_accuracy()
    {
        using var scope = torch.NewDisposeScope();
        using var model = new OnnxClassifier(PathOf("model.onnx"));
        var test = SampleData.Open().Test();
        using var bank = ImageBank.Open(test, torch.CPU);
        int[] all = [.. Enumerable.Range(0, TinySample.TestImages)];

        Assert.Equal(
            Json("metrics.json")["top1"]!.GetValue<double>(),
            Accuracy.Top1(model.Logits(bank.Take(all)), bank.Labels(all)),
            precision: 1);
    }

    [Fact]
    public void Published_weights_have_the_names_of_torchvision()
    {
        using var scope = torch.NewDisposeScope();

        var tensors = SafetensorsFile.Read(PathOf("model.safetensors"));

        // The state of torchvision's resnet18 has 122 entries.
        Assert.Equal(122, tensors.Count);
        Assert.Contains("layer2.0.downsample.1.running_var", tensors.Keys);
        Assert.Equal([10, 64], tensors["fc.weight"].shape);
    }

    private string PathOf(string name) => Path.Combine(run.Published, name);

    private JsonNode Json(string name) => JsonNode.Parse(File.ReadAllText(PathOf(name)))!;
}
