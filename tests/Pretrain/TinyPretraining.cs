using System.Text.Json.Nodes;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Options;
using Distill.Pipeline.Progress;
using Distill.Pipeline.Storage;
using Distill.Pretrain;
using Tests.Datasets;
using Tests.Pipeline;
using static TorchSharp.torch;

namespace Tests.Pretrain;

/// <summary>The pretraining stage on the committed sample, with a small network and a few steps.</summary>
internal static class TinyPretraining
{
    public static StageResult Run(
        TempFolder folder,
        PretrainOptions options,
        CancellationTokenSource cancellation,
        long? cancelAt,
        List<long>? tensorCounts = null,
        List<string>? notes = null)
    {
        using var scope = NewDisposeScope();
        var context = new StageContext
        {
            Name = "pretrain",
            Key = new string('a', 64),
            Folder = folder.Path,
            Checkpoints = new CheckpointStore(folder.Path, new string('a', 64), 2, warning => throw new InvalidOperationException(warning)),
            Progress = new CancellingProgress(cancellation, cancelAt, tensorCounts, notes ?? []),
            Metrics = new MetricsLog(folder["metrics.jsonl"], TimeProvider.System),
            Cancellation = cancellation.Token,
            Inputs = new Dictionary<Artifact, string>(),
            UpstreamMetrics = new Dictionary<string, JsonObject>(),
            Lineage = new Dictionary<string, LockEntry>(),
        };
        return PretrainStage.Run(context, options, new RunSettings(new Compute(CPU, false), 0, TimeSpan.FromDays(1)), SampleData.Open());
    }

    public static PretrainOptions Options(int keys, double momentum = 0.9, double learningRate = 0.001, int steps = 8, int layers = 3)
    {
        var json = FormattableString.Invariant($$"""
            {
              "pretrain": {
                "network": { "architecture": "resnet18", "width": 0.125 },
                "head": { "layers": {{layers}}, "output": 8 }, "steps": {{steps}}, "batchSize": 8,
                "queue": { "size": {{keys}}, "momentum": {{momentum}} },
                "optimizer": { "learningRate": {{learningRate}} }
              }
            }
            """);
        return PretrainOptions.Read(PipelineFile.Parse(json, "test.json", _ => null).Section("pretrain"));
    }

    private sealed class CancellingProgress(
        CancellationTokenSource cancellation, long? at, List<long>? tensorCounts, List<string> notes) : IStageProgress
    {
        public void Report(StageProgress progress)
        {
            tensorCounts?.Add(Tensor.TotalCount);
            if (progress.Done == at)
            {
                cancellation.Cancel();
            }
        }

        public void Note(string message) => notes.Add(message);
    }
}
