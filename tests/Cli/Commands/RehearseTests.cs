using System.Text.RegularExpressions;
using Distill.Cli.Planning;
using Tests.Pipeline;

namespace Tests.Cli.Commands;

/// <summary>
/// Tests <c>distill rehearse</c> on every shipped preset and every pipeline of the documents. Each network is built, and each stage
/// takes a step.
/// </summary>
[Trait("Category", "Process")]
public sealed partial class RehearseTests
{
    // These differ from a preset beside them in their labels and lengths only.
    private static readonly string[] Variants =
        ["cifar100", "fashion-mnist-1pct", "fashion-mnist-10pct", "fashion-mnist-long", "imagenet-1pct"];

    public static TheoryData<string> Names => [.. Presets.Names.Except(Variants)];

    /// <summary>Pipelines that the documents show in full.</summary>
    public static TheoryData<string> Examples =>
    [
        .. Directory.GetFiles(Path.Combine(Repository.Root, "docs"), "*.md").Append(Path.Combine(Repository.Root, "README.md"))
            .SelectMany(file => JsonBlock().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups[1].Value)
            .Where(json => json.Contains("\"name\"", StringComparison.Ordinal)),
    ];

    [Theory]
    [MemberData(nameof(Examples))]
    public void Every_pipeline_of_the_documents_is_valid_and_its_network_is_built(string json)
    {
        using var folder = new TempFolder();
        folder.Write("example.json", json);

        // Two of the pipelines import weights. A rehearsal trains instead, so any file serves.
        foreach (var weights in new[] { "models/fashion-mnist/pretrain/weights.safetensors", "resnet50.safetensors" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[weights])!);
            File.WriteAllBytes(folder[weights], []);
        }

        var run = DistillProcess.Run(folder.Path, "rehearse", "example.json", "--until", "pretrain");

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_preset_runs_all_stages_with_small_networks(string preset)
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["models"]);
        Directory.CreateSymbolicLink(folder["models/zoo"], Path.Combine(Repository.Root, "models", "zoo"));

        var outcome = DistillProcess.Run(folder.Path, "rehearse", preset, "--json", "--width", "0.0625", "--image-size", "32");

        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        foreach (var stage in PipelineOptions.Load(preset).Rounds.Select(round => round.Name).Append("publish"))
        {
            Assert.Contains($"\"{stage}\"", outcome.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Number_of_groups_is_reduced_to_fit_a_small_batch()
    {
        using var folder = new TempFolder();
        folder.Write(
            "groups.json", """{ "extends": "fashion-mnist", "name": "groups", "pretrain": { "batchSize": 4096, "groups": 32 } }""");

        var run = DistillProcess.Run(folder.Path, "rehearse", "groups.json", "--until", "pretrain");

        Assert.True(run.ExitCode == 0, run.Errors);
    }

    [Fact]
    public void Students_with_views_together_are_rehearsed()
    {
        using var folder = new TempFolder();
        folder.Write(
            "together.json",
            """
            { "extends": "fashion-mnist", "name": "together", "supervised": null,
              "rounds": { "distill": { "student": { "viewsTogether": 4 } } } }
            """);

        var run = DistillProcess.Run(folder.Path, "rehearse", "together.json", "--until", "distill");

        Assert.True(run.ExitCode == 0, run.Errors);
    }

    [Fact]
    public void A_stage_that_does_not_exist_is_refused()
    {
        using var folder = new TempFolder();

        var outcome = DistillProcess.Run(folder.Path, "rehearse", "smoke", "--until", "nowhere");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("--until: found \"nowhere\", expected one of pretrain", outcome.Errors, StringComparison.Ordinal);
    }

    [GeneratedRegex("```json\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex JsonBlock();
}
