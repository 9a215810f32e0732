using System.Globalization;
using System.Text.Json.Nodes;
using Tests.Pipeline;

namespace Tests.Cli.Capacity;

/// <summary>Tests plans against what real steps take.</summary>
[Trait("Category", "Process")]
public sealed class CapacityTests
{
    private const double GiB = 1 << 30;

    /// <summary>docs/results.md compares six networks, alone on a machine, to 15 %. Here other tests run beside.</summary>
    [Theory]
    [InlineData("resnet18", 0.25, "small", 28, 512, "adamw")]
    [InlineData("resnet18", 0.5, "small", 32, 96, "lars")]
    public void Planned_memory_is_near_that_of_the_process_that_takes_a_step(
        string architecture, double width, string stem, int size, int batch, string optimizer)
    {
        using var folder = new TempFolder();
        Write(folder, architecture, width, stem, size, batch, optimizer);
        var plan = JsonNode.Parse(Run(folder, "rehearse", "p.json", "--plan", "--json", "--images", "1000", "--classes", "10"))!;
        var stage = plan["stages"]![0]!;
        var planned = Bytes(plan["programBytes"]) + Bytes(stage["stepBytes"]) + Bytes(stage["viewBytes"]);

        var real = JsonNode.Parse(Run(
            folder, "rehearse", "p.json", "--json", "--width", "1", "--steps", "3", "--until", "pretrain",
            "--batch", Text(batch), "--image-size", Text(size)))!;
        Assert.InRange(planned / (real["peakGiB"]!.GetValue<double>() * GiB), 0.8, 1.25);
    }

    [Fact]
    public void Plan_shows_every_stage_and_which_groups_fit()
    {
        using var folder = new TempFolder();
        Write(folder, "resnet18", 0.125, "small", 16, 8, "sgd");
        var output = Run(folder, "rehearse", "p.json", "--plan");
        Assert.Contains("1,000,000 images of 3×16×16, 1,000 classes", output, StringComparison.Ordinal);
        Assert.Contains("the dataset cannot be opened", output, StringComparison.Ordinal);
        Assert.Contains("memory of a step, GiB", output, StringComparison.Ordinal);
        Assert.Contains("groups for 80 GB", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["models"]));
    }

    [Fact]
    public void Run_whose_step_cannot_fit_is_refused_before_it_starts()
    {
        using var folder = new TempFolder();
        Directory.CreateSymbolicLink(folder["data"], Path.Combine(Repository.Root, "data"));
        folder.Write(
            "p.json",
            """
            { "name": "p", "dataset": { "kind": "sample" }, "labels": { "perClass": 4 }, "rounds": {}, "supervised": null,
              "pretrain": { "network": { "architecture": "resnet50", "width": 1, "stem": "small" }, "batchSize": 8192 },
              "finetune": { "fromLayer": 0, "steps": 1 } }
            """);
        var run = DistillProcess.Run(folder.Path, "run", "p.json");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("pretrain.groups: found 1, so a step of 8192 images needs", run.Errors, StringComparison.Ordinal);
        Assert.Contains("Set it to ", run.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["models"]));
    }

    private static void Write(
        TempFolder folder, string architecture, double width, string stem, int size, int batch, string optimizer) => folder.Write(
        "p.json",
        $$"""
        { "name": "p", "dataset": { "kind": "folder", "folder": "none", "imageSize": {{Text(size)}} }, "labels": { "perClass": 25 },
          "rounds": {}, "supervised": null,
          "pretrain": {
            "network": { "architecture": "{{architecture}}", "width": {{Text(width)}}, "stem": "{{stem}}" },
            "steps": 2, "batchSize": {{Text(batch)}}, "optimizer": { "kind": "{{optimizer}}", "learningRate": 0.01 } },
          "finetune": { "fromLayer": 0, "steps": 2, "batchSize": 8 } }
        """);

    private static string Run(TempFolder folder, params string[] arguments)
    {
        var outcome = DistillProcess.Run(folder.Path, arguments);
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        return outcome.Output;
    }

    private static double Bytes(JsonNode? node) => node!.GetValue<long>();

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
}
