using System.Text.Json.Nodes;
using Stages.Learning.Training;
using Stages.Pipeline.Options;
using Stages.Pipeline.Plan;
using Stages.Pipeline.Progress;
using Stages.Pipeline.Storage;
using Stages.Pretrain;
using Tests.Imaging.Datasets;
using Tests.Learning;
using Tests.Pipeline;
using static TorchSharp.torch;

namespace Tests.Pretrain;

/// <summary>Pretraining with a memory: what it remembers is checkpointed and resumed like all else.</summary>
[Collection(TorchTests.Name)]
public sealed class MemoryTests
{
    [Fact]
    public void A_run_that_is_cut_and_resumed_ends_in_the_bits_of_an_uncut_one()
    {
        using var uncut = new TempFolder();
        Run(uncut, Options(keys: 40), new CancellationTokenSource(), cancelAt: null);

        using var cut = new TempFolder();
        using var cancellation = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Run(cut, Options(keys: 40), cancellation, cancelAt: 5));
        using var second = new CancellationTokenSource();
        Run(cut, Options(keys: 40), second, cancelAt: null);
        Assert.Equal(FileHash.OfFile(uncut[PretrainStage.Output]), FileHash.OfFile(cut[PretrainStage.Output]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(40)]
    public void No_tensor_outlives_its_step(int keys)
    {
        using var folder = new TempFolder();
        var counts = new List<long>();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Run(folder, Options(keys) with { Training = Options(keys).Training with { Steps = 40 } }, new CancellationTokenSource(), cancelAt: null, counts);
        Assert.Equal(40, counts.Count);
        Assert.All(counts[8..], count => Assert.True(count <= counts[4], $"{counts[4]} tensors after step 5, {count} later"));
    }

    [Fact]
    public void It_changes_what_is_learned_and_so_does_its_momentum()
    {
        string[] hashes =
        [
            .. new[] { Options(keys: 0), Options(keys: 40), Options(keys: 40, momentum: 0.5) }.Select(options =>
            {
                using var folder = new TempFolder();
                Run(folder, options, new CancellationTokenSource(), cancelAt: null);
                return FileHash.OfFile(folder[PretrainStage.Output]);
            }),
        ];
        Assert.Equal(3, hashes.Distinct().Count());
    }

    [Fact]
    public void A_queue_shorter_than_a_batchs_views_is_refused()
    {
        var message = Assert.Throws<UserException>(() => Options(keys: 15)).Message;
        Assert.Contains("$.pretrain.memory.keys", message, StringComparison.Ordinal);
        Assert.Contains("at least 16", message, StringComparison.Ordinal);
    }

    private static void Run(
        TempFolder folder, PretrainOptions options, CancellationTokenSource cancellation, long? cancelAt, List<long>? tensorCounts = null)
    {
        using var scope = NewDisposeScope();
        var context = new StageContext
        {
            Name = "pretrain",
            Key = new string('a', 64),
            Folder = folder.Path,
            Checkpoints = new CheckpointStore(folder.Path, new string('a', 64), 2, warning => throw new InvalidOperationException(warning)),
            Progress = new CancellingProgress(cancellation, cancelAt, tensorCounts),
            Metrics = new MetricsLog(folder["metrics.jsonl"], TimeProvider.System),
            Cancellation = cancellation.Token,
            Inputs = new Dictionary<string, string>(),
            UpstreamMetrics = new Dictionary<string, JsonObject>(),
        };
        PretrainStage.Run(context, options, new RunSettings(new Compute(CPU, false), 0, TimeSpan.FromDays(1)), SampleData.Open());
    }

    private static PretrainOptions Options(int keys, double momentum = 0.9)
    {
        var json = FormattableString.Invariant($$"""
            {
              "pretrain": {
                "network": { "architecture": "resnet18", "width": 0.125 },
                "head": { "output": 8 }, "steps": 8, "batchSize": 8,
                "memory": { "keys": {{keys}}, "momentum": {{momentum}} }
              }
            }
            """);
        return PretrainOptions.Read(PipelineFile.Parse(json, "test.json", _ => null).Section("pretrain"));
    }

    private sealed class CancellingProgress(CancellationTokenSource cancellation, long? at, List<long>? tensorCounts) : IStageProgress
    {
        public void Report(TrainingProgress progress)
        {
            tensorCounts?.Add(Tensor.TotalCount);
            if (progress.Step == at)
            {
                cancellation.Cancel();
            }
        }

        public void Note(string message)
        {
        }
    }
}
