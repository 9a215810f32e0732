using System.Text.Json.Nodes;
using Distill.Cli.Commands;
using Distill.Cli.Planning;
using Distill.Pipeline.Options;
using Tests.Learning;
using Tests.Learning.Ranks;
using Tests.Pipeline.Options;
using TorchSharp;

namespace Tests.Cli.Commands;

/// <summary>Tests which pipelines a number of processes can divide.</summary>
[Collection(TorchTests.Name)]
public sealed class RankedOptionsTests
{
    [Theory]
    [InlineData(2, """{ "groups": 2 }""")]
    [InlineData(4, """{ "groups": 8 }""")]
    [InlineData(2, """{ "batchNorm": "global" }""")]
    [InlineData(2, """{ "batchNorm": "global", "alpha": 0.5 }""")]
    public void Batches_that_can_be_divided_are_accepted(int ranks, string given) => Divide(ranks, given);

    [Theory]
    [InlineData(3, """{ "groups": 2 }""", "pretrain.groups: found 2, expected a multiple of 3, the number of processes")]
    [InlineData(2, """{ }""", "found 2 processes, but every training of tiny has \"groups\": 1")]
    [InlineData(3, """{ "batchNorm": "global" }""", "pretrain.batchSize: found 64, expected a multiple of 3, the number of processes")]
    [InlineData(
        4,
        """{ "batchNorm": "global", "alpha": 0.5, "labeledBatchSize": 14 }""",
        "rounds.distill.student.labeledBatchSize: found 14, expected a multiple of 4, the number of processes")]
    public void Others_are_refused(int ranks, string given, string message)
    {
        var error = Assert.Throws<UserException>(() => Divide(ranks, given));
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null, "CUDA", false)]
    [InlineData("1", "1", "CUDA", true)]
    [InlineData("0", "", "CPU", false)]
    public void NCCL_sums_if_all_processes_want_it(string? first, string? second, string device, bool uses) => ThreadRanks.Run(
        2,
        ranks => Assert.Equal(uses, RankedOptions.UseNccl(ranks, new torch.Device(device), ranks.Leads ? first : second)));

    [Theory]
    [InlineData("1", null, "CUDA", "DISTILL_NCCL: found 1 in 1 of 2 processes, expected the same in all")]
    [InlineData("1", "1", "CPU", "DISTILL_NCCL: found 1, but this run computes on CPU, expected on GPUs")]
    public void NCCL_that_cannot_sum_is_refused(string? first, string? second, string device, string message)
    {
        var error = Assert.Throws<UserException>(() => ThreadRanks.Run(
            2,
            ranks => RankedOptions.UseNccl(ranks, new torch.Device(device), ranks.Leads ? first : second)));
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
    }

    private static void Divide(int ranks, string given)
    {
        var options = PipelineOptions.Read(Parsing.Of(Pipeline(JsonNode.Parse(given)!.AsObject()).ToJsonString()));
        ThreadRanks.Run(ranks, rank => Assert.Same(rank, RankedOptions.For(options, rank).Settings.Ranks));
    }

    private static JsonObject Pipeline(JsonObject given)
    {
        var student = new JsonObject { ["batchSize"] = 64 };
        foreach (var key in new[] { "alpha", "labeledBatchSize" })
        {
            if (given[key] is { } value)
            {
                student[key] = value.DeepClone();
            }
        }

        return new JsonObject
        {
            ["name"] = "tiny",
            ["device"] = "cpu",
            ["batchNorm"] = given["batchNorm"]?.DeepClone() ?? "local",
            ["dataset"] = new JsonObject { ["kind"] = "sample" },
            ["labels"] = new JsonObject { ["perClass"] = 2 },
            ["pretrain"] = new JsonObject { ["batchSize"] = 64, ["groups"] = given["groups"]?.DeepClone() ?? 1 },
            ["finetune"] = new JsonObject { ["batchSize"] = 64 },
            ["rounds"] = new JsonObject { ["distill"] = new JsonObject { ["result"] = "distilled", ["student"] = student } },
            ["publish"] = new JsonObject { ["student"] = "distilled" },
        };
    }
}
