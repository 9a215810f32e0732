using System.Text.Json.Nodes;
using Distill.Pipeline.Storage;
using ParquetSharp;

namespace Tests.Cli;

/// <summary>
/// Tests the paper's whole pipeline (SimCLRv2, section 2.1): the big teacher distills itself, a smaller student learns from the result and
/// distills itself. One round uses labeled images, and another one uses compact soft targets.
/// </summary>
[Trait("Category", "Process")]
public sealed class ThreeRoundsTests
{
    private static readonly string[] Rounds = ["teacher-self-distill", "distill", "self-distill"];

    [Fact]
    public void Three_rounds_run_to_the_end_and_give_the_same_bits_twice()
    {
        using var first = new TinyPipeline(ThreeRounds);

        var run = DistillProcess.Run(first.Folder, "run");

        Assert.True(run.ExitCode == 0, run.Errors);
        var table = JsonNode.Parse(File.ReadAllText(Path.Combine(first.Models, "results.json")))!["rows"]!.AsArray();
        Assert.Equal(
            ["supervised", "teacher", "teacher-self-distilled", "distilled", "self-distilled"],
            table.Select(row => row!["name"]!.GetValue<string>()));
        Assert.Equal([null, "3", null], Rounds.Select(round => TopK(first, round)));
        Assert.True(Bytes(first, "distill") < Bytes(first, "self-distill"));

        using var second = new TinyPipeline(ThreeRounds);
        Assert.Equal(0, DistillProcess.Run(second.Folder, "run").ExitCode);
        Assert.Equal(Rounds.Select(round => WeightsOf(first, round)), Rounds.Select(round => WeightsOf(second, round)));
    }

    private static void ThreeRounds(JsonObject json)
    {
        var rounds = json["rounds"]!.AsObject();
        var (first, second) = (rounds["distill"]!, rounds["self-distill"]!);
        first["label"]!["topK"] = 3;
        first["student"]!["network"]!["architecture"] = "resnet34";
        first["student"]!["classFrequencies"] = "equal";
        second["student"]!["images"] = "unlabeled";
        second["label"]!["topK"] = 10;
        var teacher = first.DeepClone();
        teacher["result"] = "teacher-self-distilled";
        teacher["label"] = new JsonObject { ["viewsPerImage"] = 1 };
        teacher["student"]!["network"] = json["pretrain"]!["network"]!.DeepClone();
        teacher["student"]!["alpha"] = 0.5;
        teacher["student"]!["labeledBatchSize"] = 8;
        rounds.Insert(0, Rounds[0], teacher);
    }

    private static string ShardOf(TinyPipeline pipeline, string round) =>
        Path.Combine(pipeline.Folder, "data", TinyPipeline.Name, "soft-targets", round, "part-00000.parquet");

    private static long Bytes(TinyPipeline pipeline, string round) => new FileInfo(ShardOf(pipeline, round)).Length;

    private static string? TopK(TinyPipeline pipeline, string round)
    {
        using var file = new ParquetFileReader(ShardOf(pipeline, round));
        return file.FileMetaData.KeyValueMetadata.GetValueOrDefault("topK");
    }

    private static string WeightsOf(TinyPipeline pipeline, string round) =>
        FileHash.OfFile(Path.Combine(pipeline.Models, round, "weights.safetensors"));
}
