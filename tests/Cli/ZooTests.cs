using System.Diagnostics;
using System.Text.Json.Nodes;
using Tests.Pipeline;

namespace Tests.Cli;

/// <summary>What lies in models/zoo is what its lists say, and a good beginning.</summary>
public sealed class ZooTests
{
    private static readonly string Zoo = Path.Combine(Repository.Root, "models", "zoo");

    private static readonly string[] Names = [.. Directory.EnumerateDirectories(Zoo).Select(folder => Path.GetFileName(folder))];

    public static TheoryData<string> Folders => [.. Names];

    public static TheoryData<string> Students => [.. Names.Where(name => File.Exists(Path.Combine(Zoo, name, "metrics.json")))];

    [Theory]
    [MemberData(nameof(Folders))]
    public void Every_folder_has_a_card_and_the_bytes_of_its_list(string name)
    {
        var folder = Path.Combine(Zoo, name);
        Assert.StartsWith("---\n", File.ReadAllText(Path.Combine(folder, "README.md")), StringComparison.Ordinal);
        using var process = Process.Start(new ProcessStartInfo("sha256sum", ["--check", "--strict", "--quiet", "SHA256SUMS"]) { WorkingDirectory = folder })!;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        Assert.Contains(name, File.ReadAllText(Path.Combine(Zoo, "README.md")), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Students))]
    public void A_student_scores_what_its_card_says_on_a_tenth_of_the_test_images(string name)
    {
        using var folder = new TempFolder();
        folder.Write("pipeline.json", new JsonObject
        {
            ["extends"] = "smoke",
            ["dataset"] = new JsonObject { ["kind"] = "sample", ["folder"] = Path.Combine(Repository.Root, "data", "sample") },
        }.ToJsonString());
        var student = Path.Combine(Zoo, name);
        var run = DistillProcess.Run(folder.Path, "evaluate", "pipeline.json", "--model", student, "--json");
        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        var card = JsonNode.Parse(File.ReadAllText(Path.Combine(student, "metrics.json")))!["top1"]!.GetValue<double>();

        // Of 1,000 images the standard error is 1.3 points.
        Assert.InRange(JsonNode.Parse(run.Output)!["top1"]!.GetValue<double>(), card - 4, card + 4);
    }

    [Fact]
    public void The_pretrained_encoder_tells_clothes_apart_by_a_hundred_and_thirty_labels()
    {
        using var folder = new TempFolder();
        folder.Write("pipeline.json", new JsonObject
        {
            ["extends"] = "fashion-mnist-from-zoo",
            ["name"] = "zoo",
            ["dataset"] = new JsonObject { ["kind"] = "sample", ["folder"] = Path.Combine(Repository.Root, "data", "sample") },
            ["pretrain"] = new JsonObject { ["weights"] = Path.Combine(Zoo, "fashion-mnist-resnet152", "weights.safetensors") },
            ["probe"] = new JsonObject { ["labels"] = "labeled" },
            ["finetune"] = new JsonObject { ["steps"] = 1 },
            ["supervised"] = null,
            ["rounds"] = null,
            ["publish"] = new JsonObject { ["student"] = "linear", ["heldOut"] = null },
        }.ToJsonString());
        var run = DistillProcess.Run(folder.Path, "run", "pipeline.json");
        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        var rows = JsonNode.Parse(File.ReadAllText(folder["models/zoo/results.json"]))!["rows"]!.AsArray();

        // A ResNet-152 whose weights are random gives 52 to a linear probe of as many labels.
        Assert.InRange(rows.First(row => row!["name"]!.GetValue<string>() == "linear")!["top1"]!.GetValue<double>(), 65, 100);
    }
}
