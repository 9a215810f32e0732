using Distill.Artifacts;
using Distill.Datasets.Images;
using Distill.Imaging.Evaluation;
using Distill.Imaging.Evaluation.Metrics;
using Distill.Imaging.Loading;
using Distill.Learning.Arithmetic;
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Distill.Export;

/// <summary>All variants measured side by side, and the network that they were made of.</summary>
/// <param name="Variants">In the order of their files.</param>
/// <param name="EagerOne">Milliseconds of the network itself, one module after the other, for one image.</param>
/// <param name="EagerBatch">For a batch.</param>
internal sealed record ExportMeasurement(IReadOnlyList<ExportedModel> Variants, double EagerOne, double EagerBatch)
{
    public static ExportMeasurement Of(
        string folder,
        IReadOnlyDictionary<string, IReadOnlyList<string>> files,
        nn.Module<Tensor, Tensor> network,
        ImageSet test,
        double temperature,
        int loaderThreads,
        Action<long> looked)
    {
        using var scope = NewDisposeScope();
        using var bank = ImageBank.Open(test, CPU, loaderThreads);
        var models = files.Values.Select(names => new OnnxClassifier(Path.Combine(folder, names[0]))).ToArray();
        try
        {
            var chunks = Enumerable.Range(0, test.Count).Chunk(Inference.BatchSize(test.Shape, new Compute(CPU, Bf16: false))).ToArray();
            var labels_N = bank.Labels(Enumerable.Range(0, test.Count));
            var own_NK = Logits(network.Infer, bank, chunks, looked);
            var logits = models.Select(model => Logits(model.Logits, bank, chunks, looked)).ToArray();
            var reports = logits.Select(logits_NK => ClassificationReport.Of(logits_NK.Over(temperature), labels_N)).ToArray();
            var one = Medians(models, network, bank.Take([0]));
            var batch = Medians(models, network, bank.Take(Enumerable.Range(0, Latency.Batch).Select(i => i % test.Count)));
            return new ExportMeasurement(
                [.. files.Select((file, i) => new ExportedModel(
                    file.Key,
                    file.Value,
                    file.Value.Sum(name => new FileInfo(Path.Combine(folder, name)).Length),
                    Math.Round(reports[i].Top1, 2),
                    Math.Round(Accuracy.Top1(logits[i], own_NK.argmax(1)), 2),
                    Math.Round(reports[i].CalibrationError, 4),
                    Math.Round(reports[i].NegativeLogLikelihood, 4),
                    one[i],
                    batch[i]))],
                one[^1],
                batch[^1]);
        }
        finally
        {
            foreach (var model in models)
            {
                model.Dispose();
            }
        }
    }

    private static Tensor Logits(Func<Tensor, Tensor> ask, ImageBank bank, int[][] chunks, Action<long> looked)
    {
        using var scope = NewDisposeScope();
        return cat([.. chunks.Select(chunk =>
        {
            using var inner = NewDisposeScope();
            looked(chunk.Length);
            return ask(bank.Take(chunk)).MoveToOuterDisposeScope();
        })]).MoveToOuterDisposeScope();
    }

    /// <summary>Of each model and, last, of the network.</summary>
    private static IReadOnlyList<double> Medians(OnnxClassifier[] models, nn.Module<Tensor, Tensor> network, Tensor images) => Latency.Medians(
    [
        .. models.Select(model => (Action)(() => model.Logits(images).Dispose())),
        () => network.Infer(images).Dispose(),
    ]);
}
