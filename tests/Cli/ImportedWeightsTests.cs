using System.Text.Json.Nodes;
using Distill.Pipeline.Storage;

namespace Tests.Cli;

/// <summary>Tests pipelines that start from weights of another run.</summary>
[Trait("Category", "Process")]
public sealed class ImportedWeightsTests(FinishedRun run) : IClassFixture<FinishedRun>
{
    [Fact]
    public void Imported_pretrained_weights_give_the_same_later_stages()
    {
        using var other = new TinyPipeline(json => json["pretrain"]!["weights"] = WeightsOf("pretrain"));

        var outcome = DistillProcess.Run(other.Folder, "run");

        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        foreach (var stage in new[] { "finetune", "distill", "self-distill" })
        {
            Assert.Equal(FileHash.OfFile(WeightsOf(stage)), FileHash.OfFile(Path.Combine(other.Models, stage, "weights.safetensors")));
        }

        Assert.False(Directory.Exists(Path.Combine(other.Models, "pretrain", "checkpoints")));
        var results = File.ReadAllText(Path.Combine(other.Models, "results.json"));
        Assert.Contains("initialized from imported weights", results, StringComparison.Ordinal);
        Assert.Contains("publish: done", DistillProcess.Run(other.Folder, "run", "--dry-run").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_published_student_is_imported_as_the_teacher()
    {
        using var other = new TinyPipeline(json => json["finetune"]!["weights"] = Student);

        var outcome = DistillProcess.Run(other.Folder, "run");

        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        Assert.False(Directory.Exists(Path.Combine(other.Models, "pretrain")));
        var rows = Rows(other);
        var before = Rows(run.Pipeline)[3]!;
        Assert.Equal(["supervised", "teacher", "distilled", "self-distilled"], rows.Select(row => row!["name"]!.GetValue<string>()));
        Assert.Equal(before["top1"]!.GetValue<double>(), rows[1]!["top1"]!.GetValue<double>());
        Assert.Equal("imported, not trained in this run", rows[1]!["protocol"]!.GetValue<string>());
        Assert.Equal([20, 0, 0, 0], rows.Select(row => row!["labels"]!.GetValue<int>()));
        var report = File.ReadAllText(Path.Combine(other.Models, "report.html"));
        Assert.DoesNotContain("Augmented views of pretraining", report, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fine_tuned_teacher_is_imported_with_its_layer_of_the_head()
    {
        using var other = new TinyPipeline(json => json["finetune"]!["weights"] = WeightsOf("finetune"));

        var outcome = DistillProcess.Run(other.Folder, "run");

        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        Assert.Equal(
            FileHash.OfFile(WeightsOf("self-distill")), FileHash.OfFile(Path.Combine(other.Models, "self-distill", "weights.safetensors")));
    }

    [Fact]
    public void A_network_option_that_leaves_weights_as_they_are_still_causes_a_rerun()
    {
        using var other = new TinyPipeline(Import);
        Assert.Equal(0, DistillProcess.Run(other.Folder, "run").ExitCode);
        other.Write(json =>
        {
            Import(json);

            // The normalization changes no shape of a weight.
            json["pretrain"]!["network"]!["mean"] = new JsonArray(0.3);
            json["pretrain"]!["network"]!["deviation"] = new JsonArray(0.4);
        });

        var again = DistillProcess.Run(other.Folder, "run");

        Assert.True(again.ExitCode == 0, again.Errors);
        Assert.All(
            new[] { "pretrain", "finetune", "label", "distill", "evaluate" },
            stage => Assert.Contains($"] {stage}: starts", again.Output, StringComparison.Ordinal));
        Assert.Contains("supervised: already done", again.Output, StringComparison.Ordinal);

        void Import(JsonObject json) => json["pretrain"]!["weights"] = WeightsOf("pretrain");
    }

    [Fact]
    public void A_teacher_whose_config_names_other_classes_is_refused()
    {
        using var other = new TinyPipeline();
        var folder = Directory.CreateDirectory(Path.Combine(other.Folder, "imported")).FullName;
        File.Copy(Student, Path.Combine(folder, "model.safetensors"));
        File.WriteAllText(Path.Combine(folder, "config.json"), """{ "label_names": ["cat", "dog"] }""");
        other.Write(json => json["finetune"]!["weights"] = Path.Combine(folder, "model.safetensors"));

        var refused = DistillProcess.Run(other.Folder, "run");

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("found label_names cat, dog", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_many_held_out_labels_are_refused_before_any_stage_runs()
    {
        using var other = new TinyPipeline(json => json["publish"]!["heldOut"]!["perClass"] = 299);

        var refused = DistillProcess.Run(other.Folder, "run");

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains(
            "publish.heldOut.perClass is 299, but 10 classes have fewer labeled images: ", refused.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(other.Models, "pretrain")));
    }

    [Fact]
    public void Held_out_labels_are_refused_for_a_student_of_all_labels()
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
    public void An_encoder_without_a_head_is_fine_tuned_from_layer_0_only()
    {
        using var other = new TinyPipeline(json => json["pretrain"]!["weights"] = Student);

        var refused = DistillProcess.Run(other.Folder, "run");

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains(
            $"{Student}: found an encoder without a projection head; set finetune.fromLayer to 0",
            refused.Errors,
            StringComparison.Ordinal);

        other.Write(json =>
        {
            json["pretrain"]!["weights"] = Student;
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
            json["pretrain"]!["weights"] = WeightsOf("pretrain");
            json["pretrain"]!["network"]!["architecture"] = "resnet34";
        });

        var refused = DistillProcess.Run(other.Folder, "run");

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("lacks tensor 'encoder.layer1.2.conv1.weight', which this network needs", refused.Errors, StringComparison.Ordinal);
    }

    private string Student => Path.Combine(run.Pipeline.Models, "published", "self-distilled", "model.safetensors");

    private string WeightsOf(string stage) => Path.Combine(run.Pipeline.Models, stage, "weights.safetensors");

    private static JsonArray Rows(TinyPipeline pipeline) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(pipeline.Models, "results.json")))!["rows"]!.AsArray();
}
