using System.Text.RegularExpressions;
using Distill.Cli.Planning;
using Tests.Pipeline;

namespace Tests.Cli;

/// <summary>Every shipped preset is read, and runs from end to end in small: each network is built, each stage takes a step.</summary>
public sealed partial class PresetTests
{
    public static TheoryData<string> Names => [.. Presets.Names];

    [Fact]
    public void All_that_the_documents_name_are_shipped() => Assert.Equal(
        [
            "cifar10", "cifar100", "fashion-mnist", "fashion-mnist-10pct", "fashion-mnist-1pct", "fashion-mnist-from-zoo", "fashion-mnist-gpu",
            "fashion-mnist-long", "fashion-mnist-small", "folder", "imagenet-10pct", "imagenet-1pct", "simclr-v1", "simclrv2-152-3x-sk", "smoke",
        ],
        Presets.Names);

    /// <summary>Pipelines that the documents show whole.</summary>
    public static TheoryData<string> Examples =>
    [
        .. Directory.GetFiles(Path.Combine(Repository.Root, "docs"), "*.md").Append(Path.Combine(Repository.Root, "README.md"))
            .SelectMany(file => JsonBlock().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups[1].Value)
            .Where(json => json.Contains("\"name\"", StringComparison.Ordinal)),
    ];

    [Theory]
    [MemberData(nameof(Examples))]
    public void Every_pipeline_of_the_documents_is_read_and_its_network_built(string json)
    {
        using var folder = new TempFolder();
        folder.Write("example.json", json);

        // The weights that two of them name; a rehearsal trains instead, so they need not fit.
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
    public void Runs_in_small_with_every_network_and_stage(string preset)
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["models"]);
        Directory.CreateSymbolicLink(folder["models/zoo"], Path.Combine(Repository.Root, "models", "zoo"));
        var outcome = DistillProcess.Run(folder.Path, "rehearse", preset, "--json", "--width", "0.0625", "--image-size", "32");
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        var options = PipelineOptions.Load(preset);
        foreach (var stage in options.Rounds.Select(round => round.Name).Append("publish"))
        {
            Assert.Contains($"\"{stage}\"", outcome.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_batch_of_many_groups_is_rehearsed_in_as_many_as_a_small_one_has()
    {
        using var folder = new TempFolder();
        folder.Write("groups.json", """{ "extends": "fashion-mnist", "name": "groups", "pretrain": { "batchSize": 4096, "groups": 32 } }""");
        var run = DistillProcess.Run(folder.Path, "rehearse", "groups.json", "--until", "pretrain");
        Assert.True(run.ExitCode == 0, run.Errors);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_called_by_its_own_name(string preset) =>
        Assert.Equal(preset == "folder" ? "photos" : preset, PipelineOptions.Load(preset).Name);

    [Fact]
    public void The_papers_settings_are_those_of_the_paper()
    {
        var options = PipelineOptions.Load("imagenet-10pct");
        // SimCLRv2, appendix: 0.1·√batch, 5 % of warm-up, 800 epochs of 1,281,167 images; 30 epochs of a tenth of them at batch 1,024.
        Assert.Equal(0.1 * Math.Sqrt(options.Pretrain.Options.Training.BatchSize), options.Pretrain.Options.Training.Optimizer.LearningRate, 1e-12);
        Assert.Equal(800, (double)options.Pretrain.Options.Training.Steps * options.Pretrain.Options.Training.BatchSize / 1_281_167, 0.1);
        Assert.Equal(30, (double)options.FineTune.Options.Training.Steps * options.FineTune.Options.Training.BatchSize / 128_117, 0.1);
        Assert.Equal(0.005 * Math.Sqrt(options.FineTune.Options.Training.BatchSize), options.FineTune.Options.Training.Optimizer.LearningRate, 1e-12);
        Assert.Equal(400, (double)options.Rounds[^1].Student.Options.Training.Steps * options.Rounds[^1].Student.Options.Training.BatchSize / 1_281_167, 0.1);
        Assert.Equal(
            60, (double)PipelineOptions.Load("imagenet-1pct").FineTune.Options.Training.Steps * options.FineTune.Options.Training.BatchSize / 12_811, 0.1);
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
