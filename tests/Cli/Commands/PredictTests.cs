using System.Text.Json.Nodes;
using Distill.Pipeline.Storage;

namespace Tests.Cli.Commands;

/// <summary>Tests <c>distill predict</c> with a published model.</summary>
[Collection(FinishedRun.Collection)]
[Trait("Category", "Process")]
public sealed class PredictTests(FinishedRun run)
{
    private readonly TinyPipeline _pipeline = run.Pipeline;

    [Fact]
    public void Other_images_are_classified_after_a_bad_file()
    {
        var good = run.WriteTestImage("good.png");
        var bad = Path.Combine(_pipeline.Folder, "bad.png");
        File.WriteAllText(bad, "no image");

        var predicted = DistillProcess.Run(_pipeline.Folder, "predict", bad, good, "--json");

        Assert.Equal(1, predicted.ExitCode);
        Assert.StartsWith(bad, predicted.Errors, StringComparison.Ordinal);
        var answer = Assert.Single(JsonNode.Parse(predicted.Output)!.AsArray())!;
        Assert.Equal(good, answer["image"]!.GetValue<string>());
        Assert.Contains(answer["label"]!.GetValue<string>(), File.ReadAllLines(Path.Combine(run.Published, "labels.txt")));
        Assert.InRange(answer["probability"]!.GetValue<double>(), 0.1, 1);
    }

    [Theory]
    [InlineData("fp32")]
    [InlineData("fp16")]
    public void Every_format_of_the_model_predicts_the_same(string format)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_pipeline.Folder, "shoes", format)).FullName;
        File.Copy(run.WriteTestImage("one.png"), Path.Combine(folder, "one.png"), overwrite: true);
        File.WriteAllText(Path.Combine(folder, "notes.txt"), "no image, and not named as one");

        var network = JsonNode.Parse(DistillProcess.Run(_pipeline.Folder, "predict", folder, "--json").Output)!.AsArray().Single()!;
        var predicted = DistillProcess.Run(_pipeline.Folder, "predict", folder, "--format", format, "--json", "--top", "10");

        Assert.True(predicted.ExitCode == 0, predicted.Errors);
        var onnx = JsonNode.Parse(predicted.Output)!.AsArray().Single()!;
        Assert.Equal(network["label"]!.GetValue<string>(), onnx["label"]!.GetValue<string>());
        Assert.Equal(network["probability"]!.GetValue<double>(), onnx["probability"]!.GetValue<double>(), tolerance: 0.002);
        Assert.Equal(10, onnx["top"]!.AsArray().Count);
        Assert.Equal(1, onnx["top"]!.AsArray().Sum(guess => guess!["probability"]!.GetValue<double>()), tolerance: 1e-5);
    }

    [Fact]
    public void More_classes_than_the_model_has_are_refused_and_fewer_than_the_default_are_not()
    {
        var image = run.WriteTestImage("top.png");

        var refused = DistillProcess.Run(_pipeline.Folder, "predict", image, "--top", "11");
        var two = DistillProcess.Run(_pipeline.Folder, "predict", image, "--top", "2", "--json");

        Assert.Equal((1, "--top: found 11, expected at most 10, the classes of the model\n"), (refused.ExitCode, refused.Errors));
        Assert.Equal(2, JsonNode.Parse(two.Output)!.AsArray().Single()!["top"]!.AsArray().Count);
    }

    [Fact]
    public void A_format_that_was_not_published_is_wrong_input()
    {
        var folder = FolderWithConfig("without");

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
    public void An_invalid_onnx_file_is_wrong_input_even_if_its_checksum_matches()
    {
        var folder = FolderWithConfig("strange");
        File.WriteAllText(Path.Combine(folder, "model.onnx"), "no model");
        var sums = new[] { "config.json", "model.onnx" }.Select(name => $"{FileHash.OfFile(Path.Combine(folder, name))}  {name}\n");
        File.WriteAllText(Path.Combine(folder, "SHA256SUMS"), string.Concat(sums));

        var predicted = DistillProcess.Run(_pipeline.Folder, "predict", "x.png", "--model", folder, "--format", "fp32");

        Assert.Equal(1, predicted.ExitCode);
        Assert.Contains("model.onnx: ONNX Runtime rejects it", predicted.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", predicted.Errors, StringComparison.Ordinal);
    }

    private string FolderWithConfig(string name)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_pipeline.Folder, name)).FullName;
        File.Copy(Path.Combine(run.Published, "config.json"), Path.Combine(folder, "config.json"), overwrite: true);
        return folder;
    }
}
