using System.Text.Json.Nodes;
using Distill.Cli.Planning;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Options;
using Tests.Datasets;

namespace Tests.Cli.Planning;

/// <summary>Tests what the key of a stage depends on. The key of a distillation has labels only if it uses them.</summary>
public sealed class StageKeyTests
{
    [Theory]
    [InlineData("{}", false)]
    [InlineData("""{ "alpha": 1, "labeledBatchSize": 8 }""", false)]
    [InlineData("""{ "alpha": 0.9 }""", true)]
    [InlineData("""{ "images": "labeled" }""", true)]
    [InlineData("""{ "images": "unlabeled" }""", true)]
    public void Distillation_depends_on_labels_only_if_it_uses_them(string student, bool depends)
    {
        var key = Stage("distill", student).Options;

        Assert.Equal(depends, key.ContainsKey("labels"));
        Assert.False(Stage("label", student).Options.ContainsKey("labels"));
        Assert.True(Stage("finetune", student).Options.ContainsKey("labels"));
    }

    [Theory]
    [InlineData("""{ "alpha": 1.5 }""", "$.rounds.distill.student.alpha")]
    [InlineData("""{ "labeledBatchSize": 0 }""", "$.rounds.distill.student.labeledBatchSize")]
    [InlineData("""{ "images": "some" }""", "$.rounds.distill.student.images")]
    public void Impossible_values_are_refused_with_their_path(string student, string path) =>
        Assert.Contains(path, Assert.Throws<UserException>(() => Stage("distill", student)).Message, StringComparison.Ordinal);

    /// <summary>Names, protocols and votes are in the results, so a change of them must measure again.</summary>
    [Theory]
    [InlineData("""{ "rounds": { "distill": { "result": "renamed" } } }""")]
    [InlineData("""{ "rounds": { "distill": { "label": { "viewsPerImage": 2 } } } }""")]
    [InlineData("""{ "probe": {} }""")]
    [InlineData("""{ "probe": { "neighbors": false } }""")]
    [InlineData("""{ "supervised": null }""")]
    public void Evaluation_depends_on_what_the_results_state(string change)
    {
        var keys = new[] { "{}", change, """{ "probe": { "labels": "all" } }""" }.Select(EvaluateKey);

        Assert.Equal(3, keys.Distinct().Count());
    }

    /// <summary>Fine-tuning that was done before these options existed stays done.</summary>
    [Fact]
    public void Fine_tuning_has_no_later_option_in_its_key_unless_it_is_used()
    {
        var plain = FineTuneKey("{}");
        Assert.DoesNotContain("start", plain);
        Assert.DoesNotContain("unlabeled", plain);
        Assert.Equal(plain, FineTuneKey("""{ "start": "zero", "unlabeled": null }"""));
        Assert.NotEqual(plain, FineTuneKey("""{ "start": "probe" }"""));
        Assert.NotEqual(plain, FineTuneKey("""{ "unlabeled": {} }"""));
    }

    /// <summary>A renamed or moved encoder needs no new run of the stage that uses it.</summary>
    [Fact]
    public void Classifier_does_not_depend_on_the_name_of_its_encoder()
    {
        var keys = new[] { """ "a.onnx" """, """{ "file": "b.onnx", "name": "other" }""" }.Select(ClassifyKey);

        Assert.Single(keys.Distinct());
        Assert.NotEqual(ClassifyKey("""{ "file": "a.onnx", "size": 32 }"""), ClassifyKey(""" "a.onnx" """));
    }

    private static string FineTuneKey(string finetune)
    {
        var json = $$"""{ "labels": { "perClass": 2 }, "finetune": {{finetune}}, "rounds": { "distill": {} } }""";
        var options = PipelineOptions.Read(PipelineFile.Parse(json, "test", Presets.Text));
        return Plan.Create(options, SampleData.Open()).Stages.Single(stage => stage.Name == "finetune").Options.ToJsonString();
    }

    private static string ClassifyKey(string encoder)
    {
        var json = $$"""{ "labels": { "perClass": 2 }, "pretrain": { "encoder": {{encoder}} }, "rounds": { "distill": {} } }""";
        var options = PipelineOptions.Read(PipelineFile.Parse(json, "test.json", _ => null));
        var classify = Plan.Create(options, SampleData.Open()).Stages.Single(stage => stage.Name == "classify");
        return CanonicalJson.Text(classify.Options) + string.Join(", ", classify.Inputs);
    }

    private static string EvaluateKey(string change)
    {
        var json = JsonNode.Parse(change)!.AsObject();
        json["extends"] = "fashion-mnist";
        var options = PipelineOptions.Read(PipelineFile.Parse(json.ToJsonString(), "test.json", Presets.Text));
        var evaluate = Plan.Create(options, SampleData.Open()).Stages.Single(stage => stage.Name == "evaluate");
        return CanonicalJson.Text(evaluate.Options);
    }

    private static StageDefinition Stage(string name, string student)
    {
        var json = new JsonObject
        {
            ["labels"] = new JsonObject { ["perClass"] = 2 },
            ["rounds"] = new JsonObject { ["distill"] = new JsonObject { ["student"] = JsonNode.Parse(student) } },
        };
        var options = PipelineOptions.Read(PipelineFile.Parse(json.ToJsonString(), "test.json", _ => null));
        return Plan.Create(options, SampleData.Open()).Stages.Single(stage => stage.Name == name);
    }
}
