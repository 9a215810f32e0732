using System.Text.Json.Nodes;
using SkiaSharp;
using Stages.Imaging.Datasets;
using Stages.Imaging.SoftTargets;
using Stages.Learning.Safetensors;
using Stages.Pipeline.Storage;
using TorchSharp;

namespace Tests.Cli;

/// <summary>What a finished run leaves, and the commands that use it.</summary>
public class FinishedRunTests(FinishedRun run) : IClassFixture<FinishedRun>
{
    private readonly TinyPipeline _pipeline = run.Pipeline;

    [Fact]
    public void It_ends_with_the_table_and_exit_code_0()
    {
        Assert.True(run.Outcome.ExitCode == 0, run.Outcome.Errors);
        Assert.All(
            new[] { "supervised", "teacher", "distilled", "self-distilled" },
            name => Assert.Contains(name, run.Outcome.Output, StringComparison.Ordinal));
    }

    [Fact]
    public void Running_again_skips_every_stage()
    {
        var again = DistillProcess.Run(_pipeline.Folder, "run");
        Assert.Equal(0, again.ExitCode);
        Assert.Equal(10, again.Output.Split('\n').Count(line => line.EndsWith(": done already", StringComparison.Ordinal)));
        Assert.DoesNotContain("starts", again.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Status_says_done_for_every_stage()
    {
        var status = JsonNode.Parse(DistillProcess.Run(_pipeline.Folder, "status", "--json").Output)!.AsArray();
        Assert.Equal(10, status.Count);
        Assert.All(status, stage => Assert.Equal("done", stage!["state"]!.GetValue<string>()));
    }

    [Fact]
    public void A_dry_run_says_what_would_run_and_why_and_runs_nothing()
    {
        using var other = new TinyPipeline(json => json["publish"] = new JsonObject { ["student"] = "distilled" });
        File.Copy(Path.Combine(other.Folder, "pipeline.json"), Path.Combine(_pipeline.Folder, "other.json"), overwrite: true);
        var before = File.ReadAllText(Path.Combine(_pipeline.Models, "pipeline.lock.json"));
        var changed = DistillProcess.Run(_pipeline.Folder, "run", "other.json", "--dry-run");
        Assert.Equal(0, changed.ExitCode);
        Assert.Contains("evaluate: done\ncompact: would run (option student changed from \"self-distilled\" to \"distilled\"", changed.Output, StringComparison.Ordinal);

        var afresh = DistillProcess.Run(_pipeline.Folder, "run", "--dry-run", "--from", "evaluate");
        Assert.EndsWith(
            "self-distill: done\nevaluate: would run afresh, as asked\ncompact: would run afresh, as asked\npublish: would run afresh, as asked\n", afresh.Output, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(Path.Combine(_pipeline.Models, "pipeline.lock.json")));
    }

    [Fact]
    public void A_stage_that_does_not_exist_is_wrong_input()
    {
        var outcome = DistillProcess.Run(_pipeline.Folder, "run", "--from", "labels");
        Assert.Equal(1, outcome.ExitCode);
        Assert.StartsWith("there is no stage \"labels\" to run from; the stages are pretrain, ", outcome.Errors);
    }

    [Theory]
    [InlineData("--from publish --force", "give one of the two")]
    [InlineData("--dry-run --json", "distill status --json")]
    public void Options_that_contradict_each_other_are_wrong_input(string options, string message)
    {
        var outcome = DistillProcess.Run(_pipeline.Folder, ["run", .. options.Split(' ')]);
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains(message, outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Soft_targets_cover_every_training_image_once_a_view()
    {
        var folder = Path.Combine(_pipeline.Folder, "data", TinyPipeline.Name, "soft-targets", "distill");
        var targets = SoftTargetTable.Read(folder, classes: 10, images: 3000);
        Assert.Equal(Enumerable.Range(0, 3000), targets.Images);
    }

    [Fact]
    public void The_published_checksums_are_those_of_the_files()
    {
        var folder = Path.Combine(_pipeline.Models, "published", "self-distilled");
        var lines = File.ReadAllLines(Path.Combine(folder, "SHA256SUMS"));

        // So little trained a network may need more than eight bits.
        string[] Eight() => File.Exists(Path.Combine(folder, "model.int8.onnx")) ? ["model.int8.onnx"] : [];
        Assert.Equal(
            ["README.md", "config.json", "labels.txt", "metrics.json", "model.fp16.onnx", .. Eight(), "model.onnx", "model.safetensors", "preprocessor_config.json"],
            lines.Select(line => line.Split("  ")[1]));
        Assert.All(lines, line => Assert.Equal(FileHash.OfFile(Path.Combine(folder, line.Split("  ")[1])), line.Split("  ")[0]));
    }

    [Fact]
    public void The_cards_front_matter_parses_and_says_what_was_measured()
    {
        var folder = Path.Combine(_pipeline.Models, "published", "self-distilled");
        var card = File.ReadAllText(Path.Combine(folder, "README.md"));
        Assert.StartsWith("---\n", card, StringComparison.Ordinal);
        var front = new YamlDotNet.Serialization.Deserializer().Deserialize<Dictionary<string, object>>(card.Split("---\n")[1]);
        Assert.Equal("image-classification", front["pipeline_tag"]);
        Assert.Equal("mit", front["license"]);
        dynamic model = ((List<object>)front["model-index"]).Single();
        dynamic metric = model["results"][0]["metrics"][0];
        var metrics = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "metrics.json")))!;
        Assert.Equal("accuracy", metric["type"]);
        Assert.Equal(metrics["top1"]!.GetValue<double>(), double.Parse(metric["value"], System.Globalization.CultureInfo.InvariantCulture));
        Assert.All(metrics["variants"]!.AsArray(), variant =>
            Assert.Contains(FormattableString.Invariant($" {variant!["top1"]!.GetValue<double>():0.00} | {variant["agreement"]!.GetValue<double>():0.00} |"), card, StringComparison.Ordinal));
        Assert.Equal(3, JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "preprocessor_config.json")))!["resample"]!.GetValue<int>());
    }

    [Fact]
    public void The_published_onnx_model_names_the_classes_that_were_measured()
    {
        var folder = Path.Combine(_pipeline.Models, "published", "self-distilled");
        using var scope = torch.NewDisposeScope();
        using var model = new Stages.Publish.Compact.OnnxClassifier(Path.Combine(folder, "model.onnx"));
        var test = DatasetCatalog.Open(new DatasetOptions(DatasetKind.Sample, Path.Combine(Repository.Root, "data", "sample"), 28, 1), _ => { }).Test();
        using var bank = Stages.Imaging.Loading.ImageBank.Open(test, torch.CPU);
        int[] all = [.. Enumerable.Range(0, test.Count)];
        var metrics = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "metrics.json")))!;
        Assert.Equal(
            metrics["top1"]!.GetValue<double>(),
            Stages.Imaging.Evaluation.Accuracy.Top1(model.Logits(bank.Take(all)), bank.Labels(all)),
            precision: 1);
    }

    [Fact]
    public void The_published_weights_have_torchvisions_names()
    {
        using var scope = torch.NewDisposeScope();
        var tensors = SafetensorsFile.Read(Path.Combine(_pipeline.Models, "published", "self-distilled", "model.safetensors"));
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
    public void The_csv_has_a_line_a_network()
    {
        var lines = File.ReadAllLines(Path.Combine(_pipeline.Models, "results.csv"));
        Assert.StartsWith("name,top1,parameters,bytes,seconds,seed,labels,top1Low,top1High,top5,", lines[0], StringComparison.Ordinal);
        Assert.Equal(["supervised", "teacher", "distilled", "self-distilled"], lines.Skip(1).Select(line => line.Split(',')[0]));
        // To the letter: 68.13 and not 68.129999999999995.
        var json = JsonNode.Parse(File.ReadAllText(Path.Combine(_pipeline.Models, "results.json")))!["rows"]!.AsArray();
        Assert.Equal(json.Select(row => row!["top1"]!.ToJsonString()), lines.Skip(1).Select(line => line.Split(',')[1]));
        Assert.Equal(json.Select(row => row!["seconds"]!.ToJsonString()), lines.Skip(1).Select(line => line.Split(',')[4]));
    }

    [Fact]
    public void Data_commands_report_in_json()
    {
        var fetched = JsonNode.Parse(DistillProcess.Run(_pipeline.Folder, "data", "fetch", "--json").Output)!;
        Assert.True(fetched["complete"]!.GetValue<bool>());
        var split = JsonNode.Parse(DistillProcess.Run(_pipeline.Folder, "data", "split", "--json").Output)!;
        Assert.Equal(20, split["labels"]!.GetValue<int>());
        Assert.Equal(20, File.ReadLines(Path.Combine(_pipeline.Folder, split["path"]!.GetValue<string>())).Count(line => !line.StartsWith('#')));
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
            answer["label"]!.GetValue<string>(), File.ReadAllLines(Path.Combine(_pipeline.Models, "published", "self-distilled", "labels.txt")));
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
        var predicted = DistillProcess.Run(_pipeline.Folder, "predict", folder, "--form", form, "--json", "--top", "10");
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
        File.Copy(Path.Combine(_pipeline.Models, "published", "self-distilled", "config.json"), Path.Combine(folder, "config.json"), overwrite: true);
        var predicted = DistillProcess.Run(_pipeline.Folder, "predict", "x.png", "--model", folder, "--form", "int8");
        Assert.Equal(1, predicted.ExitCode);
        Assert.Contains("holds no int8 form of its model (model.int8.onnx is missing)", predicted.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Results_of_one_run_are_their_own_mean()
    {
        var shown = DistillProcess.Run(_pipeline.Folder, "results", _pipeline.Models, "--json");
        var table = JsonNode.Parse(File.ReadAllText(Path.Combine(_pipeline.Models, "results.json")))!["rows"]!.AsArray();
        Assert.Equal(
            table.Select(row => row!["top1"]!.GetValue<double>()),
            JsonNode.Parse(shown.Output)!.AsArray().Select(row => row!["mean"]!.GetValue<double>()));
    }

    [Fact]
    public void Views_are_drawn_as_a_png_of_the_expected_size()
    {
        var path = Path.Combine(_pipeline.Folder, "views.png");
        Assert.Equal(0, DistillProcess.Run(_pipeline.Folder, "data", "views", "--output", path).ExitCode);
        using var sheet = SKBitmap.Decode(path);
        Assert.Equal((10 * (28 * 3 + 4) + 4, 10 * (28 * 3 + 4) + 4), (sheet.Width, sheet.Height));
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
