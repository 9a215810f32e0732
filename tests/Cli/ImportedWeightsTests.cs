using System.Text.Json.Nodes;
using Distill.Pipeline.Storage;

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
        foreach (var stage in new[] { "finetune", "distill", "self-distill" })
        {
            Assert.Equal(FileHash.OfFile(Made(stage)), FileHash.OfFile(Path.Combine(other.Models, stage, "weights.safetensors")));
        }

        Assert.False(Directory.Exists(Path.Combine(other.Models, "pretrain", "checkpoints")));
        Assert.Contains("initialized from imported weights", File.ReadAllText(Path.Combine(other.Models, "results.json")), StringComparison.Ordinal);
        Assert.Contains("publish: done", DistillProcess.Run(other.Folder, "run", "--dry-run").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_published_student_teaches_as_it_is()
    {
        var student = Path.Combine(run.Pipeline.Models, "published", "self-distilled", "model.safetensors");
        using var other = new TinyPipeline(json => json["finetune"]!["weights"] = student);
        var outcome = DistillProcess.Run(other.Folder, "run");
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        Assert.False(Directory.Exists(Path.Combine(other.Models, "pretrain")));
        var rows = JsonNode.Parse(File.ReadAllText(Path.Combine(other.Models, "results.json")))!["rows"]!.AsArray();
        Assert.Equal(["supervised", "teacher", "distilled", "self-distilled"], rows.Select(row => row!["name"]!.GetValue<string>()));
        var before = JsonNode.Parse(File.ReadAllText(Path.Combine(run.Pipeline.Models, "results.json")))!["rows"]![3]!;
        Assert.Equal(before["top1"]!.GetValue<double>(), rows[1]!["top1"]!.GetValue<double>());
        Assert.Equal("imported, not trained in this run", rows[1]!["protocol"]!.GetValue<string>());
        Assert.Equal([20, 0, 0, 0], rows.Select(row => row!["labels"]!.GetValue<int>()));
        Assert.DoesNotContain("Augmented views of pretraining", File.ReadAllText(Path.Combine(other.Models, "report.html")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_fine_tuned_teacher_teaches_again_with_its_layer_of_the_head()
    {
        using var other = new TinyPipeline(json => json["finetune"]!["weights"] = Made("finetune"));
        var outcome = DistillProcess.Run(other.Folder, "run");
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        Assert.Equal(
            FileHash.OfFile(Made("self-distill")), FileHash.OfFile(Path.Combine(other.Models, "self-distill", "weights.safetensors")));
    }

    [Fact]
    public void What_the_weights_do_not_say_of_the_network_is_no_less_a_reason_to_run_again()
    {
        using var other = new TinyPipeline(Given);
        Assert.Equal(0, DistillProcess.Run(other.Folder, "run").ExitCode);
        other.Write(json =>
        {
            Given(json);

            // No weight has another shape in it.
            json["pretrain"]!["network"]!["mean"] = new JsonArray(0.3);
            json["pretrain"]!["network"]!["deviation"] = new JsonArray(0.4);
        });
        var again = DistillProcess.Run(other.Folder, "run");
        Assert.True(again.ExitCode == 0, again.Errors);
        Assert.All(new[] { "pretrain", "finetune", "label", "distill", "evaluate" }, stage => Assert.Contains($"{stage}: starts", again.Output.Replace("] ", "]\n", StringComparison.Ordinal), StringComparison.Ordinal));
        Assert.Contains("supervised: already done", again.Output, StringComparison.Ordinal);

        void Given(JsonObject json) => json["pretrain"]!["weights"] = Made("pretrain");
    }

    [Fact]
    public void A_teacher_whose_config_names_other_classes_is_refused()
    {
        using var other = new TinyPipeline();
        var folder = Directory.CreateDirectory(Path.Combine(other.Folder, "given")).FullName;
        File.Copy(Path.Combine(run.Pipeline.Models, "published", "self-distilled", "model.safetensors"), Path.Combine(folder, "model.safetensors"));
        File.WriteAllText(Path.Combine(folder, "config.json"), """{ "label_names": ["cat", "dog"] }""");
        other.Write(json => json["finetune"]!["weights"] = Path.Combine(folder, "model.safetensors"));
        var refused = DistillProcess.Run(other.Folder, "run");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("found label_names cat, dog", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_that_are_not_there_to_hold_out_are_missed_before_anything_runs()
    {
        using var other = new TinyPipeline(json => json["publish"]!["heldOut"]!["perClass"] = 299);
        var refused = DistillProcess.Run(other.Folder, "run");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("publish.heldOut.perClass is 299, but the class", refused.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(other.Models, "pretrain")));
    }

    [Fact]
    public void No_label_is_held_out_from_what_learns_from_all()
    {
        using var other = new TinyPipeline(json =>
        {
            json["probe"] = new JsonObject { ["labels"] = "all" };
            json["publish"]!["student"] = "linear";
        });
        var refused = DistillProcess.Run(other.Folder, "run", "--dry-run");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("publish.heldOut: found a value, but linear is trained on all labels", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void An_encoder_without_a_head_is_fine_tuned_from_layer_0_or_not_at_all()
    {
        var student = Path.Combine(run.Pipeline.Models, "published", "self-distilled", "model.safetensors");
        using var other = new TinyPipeline(json => json["pretrain"]!["weights"] = student);
        var refused = DistillProcess.Run(other.Folder, "run");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains($"{student}: found an encoder without a projection head; set finetune.fromLayer to 0", refused.Errors, StringComparison.Ordinal);

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
        Assert.Contains("$.pretrain.weights: found \"none.safetensors\", which does not exist", missing.Errors, StringComparison.Ordinal);

        other.Write(json =>
        {
            json["pretrain"]!["weights"] = Made("pretrain");
            json["pretrain"]!["network"]!["architecture"] = "resnet34";
        });
        var refused = DistillProcess.Run(other.Folder, "run");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("lacks tensor 'encoder.layer1.2.conv1.weight', which this network needs", refused.Errors, StringComparison.Ordinal);
    }

    private string Made(string stage) => Path.Combine(run.Pipeline.Models, stage, "weights.safetensors");
}
