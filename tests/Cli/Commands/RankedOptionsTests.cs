using System.Text.Json.Nodes;
using Distill.Cli.Commands;
using Distill.Cli.Planning;
using Distill.Learning.Ranks;
using Distill.Learning.Ranks.Nccl;
using Distill.Pipeline.Options;
using Tests.Learning;
using Tests.Learning.Ranks;
using Tests.Learning.Ranks.Nccl;
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
    [InlineData(null, "CUDA", false)]
    [InlineData("1", "CUDA", true)]
    [InlineData("0", "CPU", false)]
    [InlineData("", "CUDA", false)]
    public void NCCL_sums_if_the_environment_says_so(string? variable, string device, bool uses) =>
        Assert.Equal(uses, RankedOptions.UseNccl(new torch.Device(device), variable));

    [Theory]
    [InlineData("1", "CPU", "DISTILL_NCCL: found 1, but this run computes on CPU, expected on GPUs")]
    [InlineData("yes", "CUDA", "DISTILL_NCCL: found yes, expected 1 or 0")]
    public void NCCL_without_a_GPU_and_other_values_are_refused(string variable, string device, string message)
    {
        var error = Assert.Throws<UserException>(() => RankedOptions.UseNccl(new torch.Device(device), variable));
        Assert.Equal(message, error.Message);
    }

    [Fact]
    public void Other_version_of_the_program_is_named()
    {
        ThreadRanks.Run(2, ranks =>
        {
            if (ranks.Leads)
            {
                // Its beginning is that of the right one.
                ranks.Broadcast([.. HelpingRank.Greeting(ranks), (byte)'0']);
                return;
            }

            var error = Assert.Throws<UserException>(() => HelpingRank.Run(ranks, () => throw new InvalidOperationException()));
            Assert.Contains(", but rank 0 is ", error.Message, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Processes_that_differ_in_NCCL_all_end(bool leaderHasIt)
    {
        var options = PipelineOptions.Read(Parsing.Of(Pipeline(new JsonObject { ["groups"] = 2 }).ToJsonString()));
        var nccl = FakeNccl.Open(2);
        ThreadRanks.Run(2, ranks =>
        {
            IRanks own = ranks.Leads == leaderHasIt ? new NcclRanks(ranks, torch.CPU.type, nccl, _ => { }) : ranks;
            if (ranks.Leads)
            {
                ranks.Broadcast(HelpingRank.Greeting(own));
                return;
            }

            var loaded = options with { Settings = options.Settings with { Ranks = own } };
            var error = Assert.Throws<UserException>(() => HelpingRank.Run(ranks, () => loaded));
            Assert.Contains("DISTILL_NCCL differs from that of rank 0", error.Message, StringComparison.Ordinal);
            Assert.True(ranks.IsTraining, "the others would not end");
        });
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
