using System.Globalization;
using System.Text.Json.Nodes;
using Distill.Artifacts;
using Distill.Datasets;
using Distill.Datasets.Images;
using Distill.Datasets.Options;
using Distill.Imaging.Evaluation;
using Distill.Imaging.Loading;
using Distill.Learning.Safetensors;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Storage;
using SkiaSharp;
using Tests.Datasets;
using TorchSharp;
using YamlDotNet.Serialization;

namespace Tests.Cli;

/// <summary>What a finished run publishes, and the commands that use it.</summary>
public class PublishedRunTests(FinishedRun run) : IClassFixture<FinishedRun>
{
    private readonly TinyPipeline _pipeline = run.Pipeline;

    private string Published => Path.Combine(_pipeline.Models, "published", "self-distilled");

    [Fact]
    public void The_published_checksums_are_those_of_the_files()
    {
        var lines = File.ReadAllLines(Path.Combine(Published, "SHA256SUMS"));

        // So little trained a network may need more than eight bits.
        string[] Eight() => File.Exists(Path.Combine(Published, "model.int8.onnx")) ? ["model.int8.onnx"] : [];
        Assert.Equal(
            ["README.md", "config.json", "labels.txt", "metrics.json", "model.fp16.onnx", .. Eight(), "model.onnx", "model.safetensors", "preprocessor_config.json", "provenance.json"],
            lines.Select(line => line.Split("  ")[1]));
        Assert.All(lines, line => Assert.Equal(FileHash.OfFile(Path.Combine(Published, line.Split("  ")[1])), line.Split("  ")[0]));
    }

    [Fact]
    public void The_provenance_says_where_and_in_what_arithmetic_every_stage_was_computed()
    {
        var stages = JsonNode.Parse(File.ReadAllText(Path.Combine(Published, "provenance.json")))!["stages"]!.AsObject();
        Assert.Contains("pretrain", stages.Select(stage => stage.Key));
        Assert.All(stages, stage => Assert.Matches(@"^cpu, (fp32|bf16), .+ \(family \d+, model \d+\), (AVX-512|AVX2|no AVX2), \d+ threads?, libtorch \d+\.\d+\.\S+$", Assert.Single(stage.Value!["machines"]!.AsArray())!.GetValue<string>()));
    }

    [Fact]
    public void The_provenance_names_the_program_that_published_the_model()
    {
        var program = JsonNode.Parse(File.ReadAllText(Path.Combine(Published, "provenance.json")))!["program"]!;
        Assert.Equal(ProgramVersion.Current.Version, program["version"]!.GetValue<string>());
        Assert.Equal(ProgramVersion.Current.Commit, program["commit"]?.GetValue<string>());
    }

    [Fact]
    public void The_cards_front_matter_parses_and_says_what_was_measured()
    {
        var card = File.ReadAllText(Path.Combine(Published, "README.md"));
        Assert.StartsWith("---\n", card, StringComparison.Ordinal);
        Assert.Matches("(?s)## How to use\n.*```python\n.*```\n.*## Results\n", card);
        var front = new Deserializer().Deserialize<Dictionary<string, object>>(card.Split("---\n")[1]);
        Assert.Equal("image-classification", front["pipeline_tag"]);
        Assert.Equal("mit", front["license"]);
        Assert.Equal(["image-classification", "simclr", "knowledge-distillation", "resnet18"], (List<object>)front["tags"]);
        dynamic model = ((List<object>)front["model-index"]).Single();
        dynamic metric = model["results"][0]["metrics"][0];
        var metrics = JsonNode.Parse(File.ReadAllText(Path.Combine(Published, "metrics.json")))!;
        Assert.Equal("accuracy", metric["type"]);
        Assert.Equal(metrics["top1"]!.GetValue<double>(), double.Parse(metric["value"], CultureInfo.InvariantCulture));
        Assert.All(metrics["variants"]!.AsArray(), variant =>
            Assert.Contains(FormattableString.Invariant($" {variant!["top1"]!.GetValue<double>():0.00} | {variant["agreement"]!.GetValue<double>():0.00} | {variant["calibrationError"]!.GetValue<double>():0.0000} |"), card, StringComparison.Ordinal));
        Assert.Equal(3, JsonNode.Parse(File.ReadAllText(Path.Combine(Published, "preprocessor_config.json")))!["resample"]!.GetValue<int>());
    }

    [Fact]
    public void The_published_onnx_model_names_the_classes_that_were_measured()
    {
        using var scope = torch.NewDisposeScope();
        using var model = new OnnxClassifier(Path.Combine(Published, "model.onnx"));
        var test = SampleData.Open().Test();
        using var bank = ImageBank.Open(test, torch.CPU);
        int[] all = [.. Enumerable.Range(0, test.Count)];
        var metrics = JsonNode.Parse(File.ReadAllText(Path.Combine(Published, "metrics.json")))!;
        Assert.Equal(
            metrics["top1"]!.GetValue<double>(),
            Accuracy.Top1(model.Logits(bank.Take(all)), bank.Labels(all)),
            precision: 1);
    }

    [Fact]
    public void The_published_weights_have_torchvisions_names()
    {
        using var scope = torch.NewDisposeScope();
        var tensors = SafetensorsFile.Read(Path.Combine(Published, "model.safetensors"));
        // resnet18 of torchvision has 122 entries.
        Assert.Equal(122, tensors.Count);
        Assert.Contains("layer2.0.downsample.1.running_var", tensors.Keys);
        Assert.Equal([10, 64], tensors["fc.weight"].shape);
    }

    [Fact]
    public void Evaluate_agrees_with_the_results_table()
    {
        var evaluated = DistillProcess.Run(_pipeline.Folder, "evaluate", "--json");
        Assert.True(evaluated.ExitCode == 0, evaluated.Errors);
        var table = JsonNode.Parse(File.ReadAllText(Path.Combine(_pipeline.Models, "results.json")))!["rows"]!.AsArray();
        Assert.Equal(
            table.Single(row => row!["name"]!.GetValue<string>() == "self-distilled")!["top1"]!.GetValue<double>(),
            JsonNode.Parse(evaluated.Output)!["top1"]!.GetValue<double>());
    }

    [Fact]
    public void Predict_names_a_class_and_goes_on_after_a_bad_file()
    {
        var good = WritePng("good.png");
        var bad = Path.Combine(_pipeline.Folder, "bad.png");
        File.WriteAllText(bad, "no image");

        var predicted = DistillProcess.Run(_pipeline.Folder, "predict", bad, good, "--json");

        Assert.Equal(1, predicted.ExitCode);
        Assert.StartsWith(bad, predicted.Errors, StringComparison.Ordinal);
        var answer = Assert.Single(JsonNode.Parse(predicted.Output)!.AsArray())!;
        Assert.Equal(good, answer["image"]!.GetValue<string>());
        Assert.Contains(
            answer["label"]!.GetValue<string>(), File.ReadAllLines(Path.Combine(Published, "labels.txt")));
        Assert.InRange(answer["probability"]!.GetValue<double>(), 0.1, 1);
    }

    [Theory]
    [InlineData("fp32")]
    [InlineData("fp16")]
    public void Every_form_of_the_model_predicts_the_same(string form)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_pipeline.Folder, "shoes", form)).FullName;
        File.Copy(WritePng("one.png"), Path.Combine(folder, "one.png"), overwrite: true);
        File.WriteAllText(Path.Combine(folder, "notes.txt"), "no image, and not named as one");

        var network = JsonNode.Parse(DistillProcess.Run(_pipeline.Folder, "predict", folder, "--json").Output)!.AsArray().Single()!;
        var predicted = DistillProcess.Run(_pipeline.Folder, "predict", folder, "--format", form, "--json", "--top", "10");
        Assert.True(predicted.ExitCode == 0, predicted.Errors);
        var onnx = JsonNode.Parse(predicted.Output)!.AsArray().Single()!;
        Assert.Equal(network["label"]!.GetValue<string>(), onnx["label"]!.GetValue<string>());
        Assert.Equal(network["probability"]!.GetValue<double>(), onnx["probability"]!.GetValue<double>(), tolerance: 0.002);
        Assert.Equal(10, onnx["top"]!.AsArray().Count);
        Assert.Equal(1, onnx["top"]!.AsArray().Sum(guess => guess!["probability"]!.GetValue<double>()), tolerance: 1e-5);
    }

    [Fact]
    public void A_form_that_was_not_published_is_wrong_input()
    {
        var folder = Path.Combine(_pipeline.Folder, "without");
        Directory.CreateDirectory(folder);
        File.Copy(Path.Combine(Published, "config.json"), Path.Combine(folder, "config.json"), overwrite: true);
        var predicted = DistillProcess.Run(_pipeline.Folder, "predict", "x.png", "--model", folder, "--format", "int8");
        Assert.Equal(1, predicted.ExitCode);
        Assert.Contains("the model is not available as int8 (model.int8.onnx is missing)", predicted.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_images_is_wrong_input()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_pipeline.Folder, "empty")).FullName;
        var predicted = DistillProcess.Run(_pipeline.Folder, "predict", folder);
        Assert.Equal(1, predicted.ExitCode);
        Assert.StartsWith("found no images to classify", predicted.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void An_onnx_model_that_is_none_is_wrong_input_even_where_its_checksum_holds()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_pipeline.Folder, "strange")).FullName;
        File.Copy(Path.Combine(Published, "config.json"), Path.Combine(folder, "config.json"), overwrite: true);
        File.WriteAllText(Path.Combine(folder, "model.onnx"), "no model");
        File.WriteAllText(
            Path.Combine(folder, "SHA256SUMS"),
            string.Concat(new[] { "config.json", "model.onnx" }.Select(name => $"{FileHash.OfFile(Path.Combine(folder, name))}  {name}\n")));
        var predicted = DistillProcess.Run(_pipeline.Folder, "predict", "x.png", "--model", folder, "--format", "fp32");
        Assert.Equal(1, predicted.ExitCode);
        Assert.Contains("model.onnx: ONNX Runtime rejects it", predicted.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", predicted.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Evaluate_measures_a_folder_of_labeled_images_and_names_what_it_cannot_read()
    {
        var classes = File.ReadAllLines(Path.Combine(Published, "labels.txt"));
        var data = Path.Combine(_pipeline.Folder, "labeled");
        var folder = Directory.CreateDirectory(Path.Combine(data, classes[3])).FullName;
        File.Copy(WritePng("one.png"), Path.Combine(folder, "one.png"), overwrite: true);
        var bad = Path.Combine(folder, "two.png");
        File.WriteAllText(bad, "no image");

        var guess = JsonNode.Parse(DistillProcess.Run(_pipeline.Folder, "predict", Path.Combine(folder, "one.png"), "--json").Output)![0]!["label"]!.GetValue<string>();
        var evaluated = DistillProcess.Run(_pipeline.Folder, "evaluate", "--model", Published, "--data", data, "--json");
        Assert.Equal(1, evaluated.ExitCode);
        Assert.StartsWith(bad, evaluated.Errors, StringComparison.Ordinal);
        var report = JsonNode.Parse(evaluated.Output)!;
        Assert.Equal((1, guess == classes[3] ? 100.0 : 0), (report["testImages"]!.GetValue<int>(), report["top1"]!.GetValue<double>()));

        Directory.CreateDirectory(Path.Combine(data, "tractor"));
        var strange = DistillProcess.Run(_pipeline.Folder, "evaluate", "--model", Published, "--data", data);
        Assert.Equal(1, strange.ExitCode);
        Assert.Contains("found a folder that is not named after a class", strange.Errors, StringComparison.Ordinal);
        Directory.Delete(Path.Combine(data, "tractor"));
    }

    private string WritePng(string name)
    {
        var sample = new DatasetOptions(DatasetKind.Sample, Path.Combine(Repository.Root, "data", "sample"), 28, 1);
        var pixels = DatasetCatalog.Open(sample, _ => { }).Test().Pixels.Decode(0).Pixels;
        using var bitmap = new SKBitmap(28, 28);
        for (var i = 0; i < 28 * 28; i++)
        {
            bitmap.SetPixel(i % 28, i / 28, new SKColor(pixels[i], pixels[i], pixels[i]));
        }

        var path = Path.Combine(_pipeline.Folder, name);
        using var file = File.Create(path);
        bitmap.Encode(file, SKEncodedImageFormat.Png, 100);
        return path;
    }
}
