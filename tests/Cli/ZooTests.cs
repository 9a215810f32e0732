using System.Diagnostics;
using System.Text.Json.Nodes;
using Tests.Pipeline;

namespace Tests.Cli;

/// <summary>Tests that the models in models/zoo match their lists and cards.</summary>
[Trait("Category", "Process")]
public sealed class ZooTests
{
    private static readonly string Zoo = Path.Combine(Repository.Root, "models", "zoo");

    private static readonly string[] Names = [.. Directory.EnumerateDirectories(Zoo).Select(folder => Path.GetFileName(folder))];

    public static TheoryData<string> Folders => [.. Names];

    public static TheoryData<string> Students => [.. Names.Where(name => File.Exists(Path.Combine(Zoo, name, "metrics.json")))];

    [Theory]
    [MemberData(nameof(Folders))]
    public void Every_folder_has_a_card_and_matches_its_checksums(string name)
    {
        var folder = Path.Combine(Zoo, name);
        var start = new ProcessStartInfo("sha256sum", ["--check", "--strict", "--quiet", "SHA256SUMS"]) { WorkingDirectory = folder };
        using var process = Process.Start(start)!;
        process.WaitForExit();

        Assert.StartsWith("---\n", File.ReadAllText(Path.Combine(folder, "README.md")), StringComparison.Ordinal);
        Assert.Equal(0, process.ExitCode);
        Assert.Contains(name, File.ReadAllText(Path.Combine(Zoo, "README.md")), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Students))]
    public void Every_student_has_the_accuracy_of_its_card(string name)
    {
        using var folder = new TempFolder();
        folder.Write("pipeline.json", new JsonObject { ["extends"] = "smoke", ["dataset"] = SampleJson() }.ToJsonString());
        var student = Path.Combine(Zoo, name);
        var card = JsonNode.Parse(File.ReadAllText(Path.Combine(student, "metrics.json")))!["top1"]!.GetValue<double>();

        var run = DistillProcess.Run(folder.Path, "evaluate", "pipeline.json", "--model", student, "--json");

        // The sample has a tenth of the test images. On these 1,000, the standard error of the accuracy is about 1.3 points.
        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        Assert.InRange(JsonNode.Parse(run.Output)!["top1"]!.GetValue<double>(), card - 4, card + 4);
    }

    [Fact]
    public void A_linear_probe_of_the_pretrained_encoder_beats_random_weights()
    {
        using var folder = new TempFolder();
        folder.Write("pipeline.json", new JsonObject
        {
            ["extends"] = "fashion-mnist-from-zoo",
            ["name"] = "probe-of-zoo",
            ["dataset"] = SampleJson(),
            ["pretrain"] = new JsonObject { ["weights"] = Path.Combine(Zoo, "fashion-mnist-resnet152", "weights.safetensors") },
            ["probe"] = new JsonObject { ["labels"] = "labeled" },
            ["finetune"] = new JsonObject { ["steps"] = 1 },
            ["supervised"] = null,
            ["rounds"] = null,
            ["publish"] = new JsonObject { ["student"] = "linear", ["heldOut"] = null },
        }.ToJsonString());

        var run = DistillProcess.Run(folder.Path, "run", "pipeline.json");

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        var rows = JsonNode.Parse(File.ReadAllText(folder["models/probe-of-zoo/results.json"]))!["rows"]!.AsArray();

        // A linear probe of a ResNet-152 with random weights, on as many labels, has an accuracy of 52 %.
        Assert.InRange(rows.First(row => row!["name"]!.GetValue<string>() == "linear")!["top1"]!.GetValue<double>(), 65, 100);
    }

    private static JsonObject SampleJson() =>
        new() { ["kind"] = "sample", ["folder"] = Path.Combine(Repository.Root, "data", "sample") };
}
