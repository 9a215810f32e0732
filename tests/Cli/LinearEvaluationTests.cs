using System.Text.Json.Nodes;
using Distill.Pipeline.Storage;

namespace Tests.Cli;

/// <summary>Tests SimCLR's own pipeline: pretraining and linear evaluation with all labels, no distillation.</summary>
[Trait("Category", "Process")]
public sealed class LinearEvaluationTests
{
    [Theory]
    [InlineData("lbfgs")]
    [InlineData("sgd")]
    public void A_pipeline_without_rounds_publishes_its_linear_classifier(string solver)
    {
        using var pipeline = new TinyPipeline(json =>
        {
            json["dataset"]!["folder"] = TinySample.Whole;
            json["rounds"] = null;
            json["pretrain"]!["head"] = new JsonObject { ["layers"] = 2, ["output"] = 8 };
            json["finetune"]!["fromLayer"] = 0;
            json["probe"] = new JsonObject { ["labels"] = "all", ["solver"] = solver, ["epochs"] = 5 };
            json["publish"] = new JsonObject();
        });

        var run = DistillProcess.Run(pipeline.Folder, "run");

        Assert.True(run.ExitCode == 0, run.Errors);
        var rows = Results(pipeline);
        Assert.Equal(["supervised", "linear", "knn-200", "knn-20", "teacher"], rows.Select(Name));
        Assert.Equal([20, 3000, 3000, 3000, 20], rows.Select(row => row!["labels"]!.GetValue<int>()));
        Assert.All(rows, row =>
        {
            var (low, high) = (row!["top1Interval"]![0]!.GetValue<double>(), row["top1Interval"]![1]!.GetValue<double>());
            Assert.InRange(row["top1"]!.GetValue<double>(), low, high);
            Assert.NotEmpty(row["protocol"]!.GetValue<string>());
            Assert.Equal("test", row["split"]!.GetValue<string>());
        });

        // After a few steps of pretraining, a classifier of the features on 3,000 labels is better than chance, which is 10 %.
        Assert.InRange(Row(rows, "linear")["top1"]!.GetValue<double>(), 25, 100);
        Assert.Equal(
            FileHash.OfFile(Path.Combine(pipeline.Models, "probe", "weights.safetensors")),
            Row(rows, "linear")["checkpoint"]!.GetValue<string>());

        // The published file, loaded as a plain ResNet, has the same accuracy.
        var evaluated = DistillProcess.Run(pipeline.Folder, "evaluate", "--json");
        Assert.True(evaluated.ExitCode == 0, evaluated.Errors);
        Assert.Equal(
            Row(rows, "linear")["top1"]!.ToJsonString(),
            JsonNode.Parse(evaluated.Output)!["top1"]!.ToJsonString());
    }

    [Fact]
    public void The_supervised_baseline_can_be_left_out_and_added_later()
    {
        using var pipeline = new TinyPipeline(json => json["supervised"] = null);

        var run = DistillProcess.Run(pipeline.Folder, "run");

        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.DoesNotContain("supervised", Results(pipeline).Select(Name));
        var card = File.ReadAllText(Path.Combine(pipeline.Models, "published", "self-distilled", "README.md"));
        Assert.DoesNotContain("supervised", card, StringComparison.Ordinal);

        pipeline.Write(_ => { });
        Assert.Equal(0, DistillProcess.Run(pipeline.Folder, "run").ExitCode);
        Assert.Equal("supervised", Name(Results(pipeline)[0]));
    }

    [Fact]
    public void A_probe_of_all_labels_does_not_depend_on_which_images_are_labeled()
    {
        using var pipeline = new TinyPipeline(ProbeAll);
        Assert.Equal(0, DistillProcess.Run(pipeline.Folder, "run").ExitCode);

        pipeline.Write(json =>
        {
            ProbeAll(json);
            json["labels"] = new JsonObject { ["perClass"] = 3 };
        });

        var states = JsonNode.Parse(DistillProcess.Run(pipeline.Folder, "status", "--json").Output)!.AsArray()
            .ToDictionary(Name, stage => stage!["state"]!.GetValue<string>());
        Assert.Equal(("done", "stale"), (states["probe"], states["finetune"]));

        static void ProbeAll(JsonObject json) =>
            json["probe"] = new JsonObject { ["labels"] = "all", ["solver"] = "sgd", ["epochs"] = 1 };
    }

    [Fact]
    public void One_label_per_class_is_too_few_for_the_lbfgs_probe()
    {
        using var pipeline = new TinyPipeline(json =>
        {
            json["labels"] = new JsonObject { ["perClass"] = 1 };
            json["probe"] = new JsonObject { ["labels"] = "labeled" };
        });

        var run = DistillProcess.Run(pipeline.Folder, "run");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("probe.solver is lbfgs", run.Errors, StringComparison.Ordinal);
    }

    private static JsonArray Results(TinyPipeline pipeline) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(pipeline.Models, "results.json")))!["rows"]!.AsArray();

    private static string Name(JsonNode? node) => node!["name"]!.GetValue<string>();

    private static JsonNode Row(JsonArray rows, string name) => rows.First(row => Name(row) == name)!;
}
