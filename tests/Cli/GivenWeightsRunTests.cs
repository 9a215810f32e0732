using System.Text.Json.Nodes;
using Stages.Pipeline.Storage;

namespace Tests.Cli;

/// <summary>Pipelines that begin from weights that another run left.</summary>
public class GivenWeightsRunTests(FinishedRun run) : IClassFixture<FinishedRun>
{
    [Fact]
    public void From_given_pretrained_weights_all_that_follows_is_the_same()
    {
        using var other = new TinyPipeline(json => json["pretrain"]!["weights"] = Made("pretrain"));
        var outcome = DistillProcess.Run(other.Folder, "run");
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        foreach (var stage in new[] { "pretrain", "finetune", "distill", "self-distill" })
        {
            Assert.Equal(FileHash.OfFile(Made(stage)), FileHash.OfFile(Path.Combine(other.Models, stage, "weights.safetensors")));
        }

        Assert.False(Directory.Exists(Path.Combine(other.Models, "pretrain", "checkpoints")));
        Assert.Contains("begun from given weights", File.ReadAllText(Path.Combine(other.Models, "results.json")), StringComparison.Ordinal);
        Assert.Contains("publish: done", DistillProcess.Run(other.Folder, "run", "--dry-run").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_published_student_teaches_as_it_is()
    {
        var student = Path.Combine(run.Pipeline.Models, "published", "self-distilled", "model.safetensors");
        using var other = new TinyPipeline(json => json["finetune"] = new JsonObject { ["weights"] = student });
        var outcome = DistillProcess.Run(other.Folder, "run");
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        Assert.False(Directory.Exists(Path.Combine(other.Models, "pretrain")));
        var rows = JsonNode.Parse(File.ReadAllText(Path.Combine(other.Models, "results.json")))!["rows"]!.AsArray();
        Assert.Equal(["supervised", "teacher", "distilled", "self-distilled"], rows.Select(row => row!["name"]!.GetValue<string>()));
        var before = JsonNode.Parse(File.ReadAllText(Path.Combine(run.Pipeline.Models, "results.json")))!["rows"]![3]!;
        Assert.Equal(before["top1"]!.GetValue<double>(), rows[1]!["top1"]!.GetValue<double>());
        Assert.Equal("given, not trained here", rows[1]!["protocol"]!.GetValue<string>());
    }

    [Fact]
    public void An_encoder_without_a_head_is_fine_tuned_from_layer_0_or_not_at_all()
    {
        var student = Path.Combine(run.Pipeline.Models, "published", "self-distilled", "model.safetensors");
        using var other = new TinyPipeline(json => json["pretrain"]!["weights"] = student);
        var refused = DistillProcess.Run(other.Folder, "run");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains($"{student}: holds an encoder without a projection head; set finetune.fromLayer to 0", refused.Errors, StringComparison.Ordinal);

        other.Write(json =>
        {
            json["pretrain"]!["weights"] = student;
            json["finetune"]!["fromLayer"] = 0;
        });
        var outcome = DistillProcess.Run(other.Folder, "run");
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
    }

    [Fact]
    public void Wrong_weights_are_wrong_input()
    {
        using var other = new TinyPipeline(json => json["pretrain"]!["weights"] = "none.safetensors");
        var missing = DistillProcess.Run(other.Folder, "run");
        Assert.Equal(1, missing.ExitCode);
        Assert.Contains("$.pretrain.weights: found \"none.safetensors\", which is no file", missing.Errors, StringComparison.Ordinal);

        other.Write(json =>
        {
            json["pretrain"]!["weights"] = Made("pretrain");
            json["pretrain"]!["network"]!["architecture"] = "resnet34";
        });
        var refused = DistillProcess.Run(other.Folder, "run");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("lacks encoder.layer1.2.conv1.weight, which this network needs", refused.Errors, StringComparison.Ordinal);
    }

    private string Made(string stage) => Path.Combine(run.Pipeline.Models, stage, "weights.safetensors");
}
