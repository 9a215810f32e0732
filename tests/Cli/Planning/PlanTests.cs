using System.Text.Json.Nodes;
using Distill.Cli.Planning;
using Distill.Pipeline.Options;
using Tests.Datasets;

namespace Tests.Cli.Planning;

/// <summary>Tests which stages the plan of a pipeline has, in which order, and what each of them reads.</summary>
public sealed class PlanTests
{
    [Fact]
    public void Default_pipeline_has_these_stages_in_this_order() => Assert.Equal(
        [
            "pretrain", "finetune", "supervised", "label", "distill", "label-2", "self-distill", "evaluate", "temperature", "export",
            "publish", "report",
        ],
        Create("""{ "extends": "fashion-mnist" }""").Stages.Select(stage => stage.Name));

    [Theory]
    [InlineData("""{ "supervised": null }""", "supervised")]
    [InlineData("""{ "supervised": { "enabled": false } }""", "supervised")]
    [InlineData("""{ "publish": { "heldOut": null } }""", "temperature")]
    [InlineData("""{ "rounds": { "distill": null } }""", "distill")]
    public void Blocks_that_are_left_out_add_no_stage(string change, string stage)
    {
        Assert.Contains(stage, Create("""{ "extends": "fashion-mnist" }""").Stages.Select(s => s.Name));
        Assert.DoesNotContain(stage, Create(With(change)).Stages.Select(s => s.Name));
    }

    [Fact]
    public void Planning_twice_gives_the_same_plan()
    {
        var options = Read("""{ "extends": "fashion-mnist", "probe": {} }""");

        var (first, second) = (Plan.Create(options, SampleData.Open()), Plan.Create(options, SampleData.Open()));

        Assert.Equal(Describe(first), Describe(second));
    }

    [Fact]
    public void Each_round_labels_with_the_network_of_the_round_before()
    {
        var plan = Create("""{ "extends": "fashion-mnist" }""");

        Assert.Equal(["dataset/train", "finetune/weights.safetensors"], Inputs(plan, "label"));
        Assert.Equal(["dataset/train", "label/soft-targets"], Inputs(plan, "distill"));
        Assert.Equal(["dataset/train", "distill/weights.safetensors"], Inputs(plan, "label-2"));
        Assert.Equal(["dataset/train", "label-2/soft-targets"], Inputs(plan, "self-distill"));
    }

    [Fact]
    public void Results_have_the_names_that_the_file_gives_them() => Assert.Equal(
        ["supervised", "linear", "knn-200", "knn-20", "teacher", "distilled", "again"],
        Create(
            """
            {
              "extends": "fashion-mnist", "probe": {},
              "rounds": { "self-distill": { "result": "again" } }, "publish": { "student": "again" }
            }
            """)
            .Candidates.Select(candidate => candidate.Name));

    /// <summary>The option is younger than many finished students, which stay done as long as it changes nothing.</summary>
    [Theory]
    [InlineData(1, false)]
    [InlineData(4, true)]
    public void Views_together_are_in_the_key_of_a_student_if_there_are_several(int together, bool isInKey)
    {
        var plan = Create($$"""
            { "extends": "fashion-mnist", "rounds": { "distill": { "student": { "viewsTogether": {{together}} } } } }
            """);
        Assert.Equal(isInKey, plan.Stages.Single(stage => stage.Name == "distill").Options.ContainsKey("viewsTogether"));
    }

    [Fact]
    public void Students_learn_from_neighbors_that_the_pretrained_encoder_finds()
    {
        var plan = Create("""
            { "extends": "fashion-mnist", "neighbors": {}, "rounds": { "distill": { "student": { "neighborWeight": 0.9 } } } }
            """);

        Assert.Equal(["dataset/train", "pretrain/weights.safetensors"], Inputs(plan, "neighbors"));
        Assert.Equal(["dataset/train", "label/soft-targets", "neighbors/neighbors.safetensors"], Inputs(plan, "distill"));
        Assert.Equal(["dataset/train", "label-2/soft-targets"], Inputs(plan, "self-distill"));
        Assert.Contains("neighbors/neighbors.safetensors", plan.Candidates[^1].Lineage.Select(artifact => artifact.ToString()));
        Assert.False(plan.Stages.Single(stage => stage.Name == "self-distill").Options.ContainsKey("neighborWeight"));
    }

    [Fact]
    public void Lineage_of_a_student_has_every_artifact_on_the_way_to_it() => Assert.Equal(
        [
            "pretrain/weights.safetensors", "finetune/weights.safetensors", "label/soft-targets", "distill/weights.safetensors",
            "label-2/soft-targets", "self-distill/weights.safetensors",
        ],
        Create("""{ "extends": "fashion-mnist" }""").Candidates[^1].Lineage.Select(artifact => artifact.ToString()));

    [Fact]
    public void Teacher_that_labels_online_stores_no_soft_targets()
    {
        var plan = Create("""
            {
              "extends": "fashion-mnist",
              "rounds": { "distill": { "targets": "online", "student": { "classFrequencies": "as-labeled" } } }
            }
            """);
        Assert.Equal(
            ["pretrain/weights.safetensors", "finetune/weights.safetensors", "distill/weights.safetensors"],
            plan.Candidates.Single(candidate => candidate.Name == "distilled").Lineage.Select(artifact => artifact.ToString()));
        Assert.DoesNotContain(plan.Stages, stage => stage.Name == "label");
        Assert.Contains(plan.Stages, stage => stage.Name == "label-2");
    }

    [Theory]
    [InlineData(
        """{ "extends": "fashion-mnist", "rounds": { "distill": { "student": { "neighborWeight": 0.5 } } } }""",
        "test: $.rounds.distill.student.neighborWeight: found a weight of neighbors, but the pipeline has no block neighbors")]
    [InlineData(
        """
        { "extends": "fashion-mnist", "neighbors": {},
          "rounds": { "distill": { "student": { "neighborWeight": 0.5, "images": "unlabeled" } } } }
        """,
        "test: $.rounds.distill.student.neighborWeight: found a weight of neighbors beside a choice of images")]
    [InlineData(
        """
        { "extends": "fashion-mnist", "neighbors": {},
          "rounds": { "distill": { "targets": "online", "student": { "neighborWeight": 0.5, "classFrequencies": "as-labeled" } } } }
        """,
        "test: $.rounds.distill.student.neighborWeight: found a weight of neighbors beside \"targets\": \"online\"")]
    [InlineData(
        """{ "extends": "fashion-mnist", "rivals": { "self-training": { "result": "teacher" } } }""",
        "test: $.rivals.self-training.result: found \"teacher\", but this row is always named self-training")]
    [InlineData(
        """{ "extends": "fashion-mnist", "supervised": null, "rivals": { "self-training": {} } }""",
        "test: $.rivals.self-training: found self-training, which needs the network of supervised")]
    [InlineData(
        """{ "extends": "fashion-mnist", "probe": {}, "rivals": { "poisson": {} } }""",
        "test: $.rivals.poisson: found poisson, which needs neighbors and the encoder of a probe, but the pipeline has no block neighbors")]
    [InlineData(
        """{ "extends": "fashion-mnist", "neighbors": {}, "rivals": { "poisson": {} } }""",
        "test: $.rivals.poisson: found poisson, which needs neighbors and the encoder of a probe, but the pipeline has no block probe")]
    [InlineData(
        """{ "extends": "fashion-mnist", "rounds": { "distill": { "targets": "online" } } }""",
        "test: $.rounds.distill.student.classFrequencies: found another value than \"as-labeled\" beside \"targets\": \"online\"")]
    [InlineData(
        """{ "extends": "fashion-mnist", "rounds": { "distill": { "targets": "always" } } }""",
        "test: $.rounds.distill.targets: found \"always\"")]
    [InlineData(
        """
        { "extends": "fashion-mnist",
          "rounds": { "distill": { "label": { "viewsPerImage": 6 }, "student": { "batchSize": 8, "viewsTogether": 4 } } } }
        """,
        "test: $.rounds.distill.student.viewsTogether: found 4, expected a divisor of label.viewsPerImage, 6")]
    [InlineData(
        """{ "extends": "fashion-mnist", "rounds": { "distill": { "student": { "batchSize": 510, "viewsTogether": 4 } } } }""",
        "test: $.rounds.distill.student.viewsTogether: found 4, expected a divisor of the batch size, 510")]
    public void Targets_that_cannot_be_are_refused(string json, string message) =>
        Assert.StartsWith(message, Assert.Throws<UserException>(() => Read(json)).Message, StringComparison.Ordinal);

    /// <summary>The student of an estimate expects the estimated frequencies, which a second one would not know.</summary>
    [Fact]
    public void Only_one_round_estimates_the_class_frequencies()
    {
        const string twice = """
            {
              "extends": "folder",
              "rounds": { "self-distill": { "student": { "classFrequencies": "estimated" } } }
            }
            """;
        Assert.StartsWith(
            "test: $.rounds: found \"classFrequencies\": \"estimated\" in self-distill and in a round before it",
            Assert.Throws<UserException>(() => Read(twice)).Message);
        var last = twice.Replace("\"rounds\": {", "\"rounds\": { \"distill\": { \"student\": { \"classFrequencies\": \"as-labeled\" } },");
        Assert.Equal(2, Read(last).Rounds.Count);
    }

    [Theory]
    [InlineData("data/photos", "photos", "data/photos/soft-targets")]
    [InlineData("data", "x", "data/x/soft-targets")]
    [InlineData("data/index", "x", "data/index")]
    [InlineData("models/x", "x", "models/x")]
    [InlineData("data/photos", "other", null)]
    [InlineData(".", "x", "data/x/soft-targets")]
    public void Images_are_not_where_the_run_writes_its_own_files(string folder, string name, string? written)
    {
        var json = $$"""
            { "extends": "folder", "name": "{{name}}", "dataset": { "folder": "{{folder}}", "train": ".", "testFraction": 0.2 } }
            """;
        if (written is null)
        {
            Assert.Equal(name, Read(json).Name);
            return;
        }

        Assert.StartsWith(
            $"test: $.dataset.folder: found {folder}, but a run writes {written}, which would be among the images",
            Assert.Throws<UserException>(() => Read(json)).Message);
    }

    private static string With(string change)
    {
        var json = JsonNode.Parse(change)!.AsObject();
        json["extends"] = "fashion-mnist";
        return json.ToJsonString();
    }

    private static IEnumerable<string> Inputs(Plan plan, string stage) =>
        plan.Stages.Single(s => s.Name == stage).Inputs.Select(input => input.ToString());

    private static IEnumerable<string> Describe(Plan plan) => plan.Stages.Select(stage =>
        $"{stage.Name} {stage.Version} {CanonicalJson.Text(stage.Options)} {string.Join(' ', stage.Inputs)}");

    private static Plan Create(string json) => Plan.Create(Read(json), SampleData.Open());

    private static PipelineOptions Read(string json) => PipelineOptions.Read(PipelineFile.Parse(json, "test", Presets.Text));
}
