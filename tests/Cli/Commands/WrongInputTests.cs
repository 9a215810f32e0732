using System.Text.Json.Nodes;

namespace Tests.Cli.Commands;

/// <summary>Tests wrong inputs: exit code 1, one message with the JSON path, no stack trace, and no stage has run.</summary>
[Trait("Category", "Process")]
public sealed class WrongInputTests
{
    public static TheoryData<string, string> Mistakes => new()
    {
        { """{ "pretrain": { "bachSize": 3 } }""", "$.pretrain.bachSize" },
        { """{ "pretrain": { "batchSize": "many" } }""", "$.pretrain.batchSize" },
        { """{ "pretrain": { "batchSize": 16, "groups": 3 } }""", "$.pretrain.groups" },
        { """{ "pretrain": { "batchSize": 16, "groups": 16 } }""", "$.pretrain.groups" },
        { """{ "pretrain": { "temperature": 0 } }""", "$.pretrain.temperature" },
        { """{ "pretrain": { "network": { "architecture": "vgg16" } } }""", "$.pretrain.network.architecture" },
        {
            """{ "pretrain": { "augmentations": [{ "operation": "crop" }, { "operation": "smudge" }] } }""",
            "$.pretrain.augmentations[1].operation"
        },
        { """{ "finetune": { "fromLayer": 3 } }""", "$.finetune.fromLayer" },
        { """{ "labels": { "perClass": 2, "fraction": 0.1 } }""", "$.labels" },
        { """{ "dataset": { "kind": "cifar" } }""", "$.dataset.kind" },
        { """{ "device": "tpu" }""", "$.device" },
        { """{ "publish": { "student": "teacher" } }""", "$.publish.student" },
        { """{ "rounds": null }""", "$.publish.student" },
        { """{ "rounds": { "teacher": {} } }""", "$.rounds" },
        { """{ "rounds": { "label-2": {} } }""", "$.rounds" },
        { """{ "rounds": { "distill": { "result": "self-distilled" } } }""", "$.rounds" },
        { """{ "rounds": [ { "name": "distill" } ] }""", "$.rounds: found a list, expected an object" },
        { """{ "pretrain": { "views": [] } }""", "$.pretrain.views: this key is now named augmentations" },
        { """{ "pretrain": { "memory": { "keys": 64 } } }""", "$.pretrain.memory: this key is now named queue" },
        { """{ "pretrain": { "optimizer": { "warmup": 0.1 } } }""", "$.pretrain.optimizer.warmup: this key is now named warmupFraction" },
        { """{ "pretrain": { "augmentations": [{ "operation": "greyscale" }] } }""", "\"greyscale\", which is now named \"grayscale\"" },
        {
            """{ "rounds": { "distill": { "label": { "views": 2 } } } }""",
            "$.rounds.distill.label.views: this key is now named viewsPerImage"
        },
        { """{ "supervised": { "labels": "none" } }""", "$.supervised.labels: this key is gone: leave the block out with null" },
        { """{ "probe": { "labels": "labelled" } }""", "\"labelled\", which is now named \"labeled\"" },
        { """{ "probe": { "labels": "none" } }""", "$.probe.labels: found \"none\": leave the block out with null" },
        { """{ "name": "zoo" }""", "$.name" },
        {
            """{ "rounds": { "distill": { "student": { "network": { "mean": [0, 0, 0], "deviation": [1, 1, 1] } } } } }""",
            "$.rounds.distill.student.network.mean"
        },
        { """{ "name": "../elsewhere" }""", "$.name" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_wrong_value_is_refused_with_its_path(string change, string path)
    {
        using var pipeline = new TinyPipeline(json => Merge(json, JsonNode.Parse(change)!.AsObject()));

        var outcome = DistillProcess.Run(pipeline.Folder, "run");

        AssertOneMessage(outcome, path);
        Assert.False(Directory.Exists(Path.Combine(pipeline.Folder, "models")));
    }

    [Fact]
    public void Broken_json_is_refused_with_the_line()
    {
        using var pipeline = new TinyPipeline();
        File.WriteAllText(Path.Combine(pipeline.Folder, "pipeline.json"), "{\n  \"name\": \"x\",\n  oops\n}");

        AssertOneMessage(DistillProcess.Run(pipeline.Folder, "run"), "line 3");
    }

    [Fact]
    public void A_missing_file_lists_the_presets()
    {
        using var pipeline = new TinyPipeline();

        AssertOneMessage(
            DistillProcess.Run(pipeline.Folder, "run", "nowhere.json"), "expected a file or one of cifar10, cifar100, fashion-mnist");
    }

    [Fact]
    public void The_message_for_a_missing_dataset_tells_how_to_download_it()
    {
        using var pipeline = new TinyPipeline(json => json["dataset"] = new JsonObject { ["kind"] = "fashion-mnist" });

        AssertOneMessage(DistillProcess.Run(pipeline.Folder, "run"), "make data");
    }

    [Fact]
    public void A_missing_model_is_named()
    {
        using var pipeline = new TinyPipeline();

        AssertOneMessage(DistillProcess.Run(pipeline.Folder, "predict", "x.png", "--model", "no-such-model"), "no-such-model");
    }

    [Theory]
    [InlineData("run")]
    [InlineData("rehearse")]
    [InlineData("cross-validate")]
    [InlineData("evaluate")]
    public void A_missing_gpu_is_refused(string command)
    {
        using var pipeline = new TinyPipeline(json => json["device"] = "cuda:99");

        AssertOneMessage(DistillProcess.Run(pipeline.Folder, command), "$.device");
    }

    [Fact]
    public void The_status_of_a_gpu_pipeline_needs_no_gpu()
    {
        using var pipeline = new TinyPipeline(json => json["device"] = "cuda:99");

        var outcome = DistillProcess.Run(pipeline.Folder, "status");

        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        Assert.Contains("pretrain", outcome.Output, StringComparison.Ordinal);
    }

    private static void AssertOneMessage(DistillProcess.Outcome outcome, string part)
    {
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains(part, outcome.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", outcome.Errors, StringComparison.Ordinal);
        Assert.Single(outcome.Errors.TrimEnd().Split('\n'));
    }

    private static void Merge(JsonObject target, JsonObject change)
    {
        foreach (var (key, value) in change)
        {
            if (value is JsonObject inner && target[key] is JsonObject own)
            {
                Merge(own, inner);
            }
            else
            {
                target[key] = value?.DeepClone();
            }
        }
    }
}
