// N images, K classes
using Distill.Artifacts;
using Distill.Datasets.Images;
using Distill.Imaging.Evaluation;
using Distill.Imaging.Evaluation.Metrics;
using Distill.Imaging.Loading;
using Distill.Learning.Arithmetic;
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Distill.Export;

/// <summary>Measurements of all exported models, and of the network in TorchSharp.</summary>
/// <param name="Models">The exported models, in the order of their files.</param>
/// <param name="Eager">Latency of the network itself.</param>
internal sealed record ExportMeasurement(IReadOnlyList<ExportedModel> Models, EagerLatency Eager)
{
    /// <summary>Number of images that <see cref="Measure"/> processes: the test split for the network and for each model.</summary>
    public static long ImagesOfAllPasses(int models, ImageSet test) => (models + 1L) * test.Count;

    /// <summary>Measures accuracy and latency on the CPU.</summary>
    /// <param name="folder">Folder of the models.</param>
    /// <param name="files">File names of each format, the model first.</param>
    /// <param name="network">The exported network, in evaluation mode on the CPU.</param>
    /// <param name="test">The test split.</param>
    /// <param name="temperature">Softmax temperature of the probabilities.</param>
    /// <param name="loaderThreads">Number of loader threads.</param>
    /// <param name="processed">Receives the number of images of each batch. It may throw to stop.</param>
    public static ExportMeasurement Measure(
        string folder,
        IReadOnlyDictionary<string, IReadOnlyList<string>> files,
        nn.Module<Tensor, Tensor> network,
        ImageSet test,
        double temperature,
        int loaderThreads,
        Action<long> processed)
    {
        using var scope = NewDisposeScope();
        using var bank = ImageBank.Open(test, CPU, loaderThreads);
        var models = files.Values.Select(names => new OnnxClassifier(Path.Combine(folder, names[0]))).ToArray();
        try
        {
            var chunks = Enumerable.Range(0, test.Count).Chunk(Inference.BatchSize(test.Shape, new Compute(CPU, Bf16: false))).ToArray();
            var labels_N = bank.Labels(Enumerable.Range(0, test.Count));
            var network_NK = Logits(network.Infer, bank, chunks, processed);
            var logits = models.Select(model => Logits(model.Logits, bank, chunks, processed)).ToArray();
            var reports = logits.Select(logits_NK => ClassificationReport.Measure(logits_NK.Over(temperature), labels_N)).ToArray();
            var one = Medians(models, network, bank.Take([0]));
            var batch = Medians(models, network, bank.Take(Enumerable.Range(0, Latency.Batch).Select(i => i % test.Count)));
            return new ExportMeasurement(
                [.. files.Select((file, i) => new ExportedModel(
                    file.Key,
                    file.Value,
                    file.Value.Sum(name => new FileInfo(Path.Combine(folder, name)).Length),
                    Math.Round(reports[i].Top1, 2),
                    Math.Round(Accuracy.Top1(logits[i], network_NK.argmax(1)), 2),
                    Math.Round(reports[i].CalibrationError, 4),
                    Math.Round(reports[i].NegativeLogLikelihood, 4),
                    one[i],
                    batch[i]))],
                new EagerLatency(one[^1], batch[^1]));
        }
        finally
        {
            foreach (var model in models)
            {
                model.Dispose();
            }
        }
    }

    private static Tensor Logits(Func<Tensor, Tensor> classify, ImageBank bank, int[][] chunks, Action<long> processed)
    {
        using var scope = NewDisposeScope();
        return cat([.. chunks.Select(chunk =>
        {
            using var inner = NewDisposeScope();
            processed(chunk.Length);
            return classify(bank.Take(chunk)).MoveToOuterDisposeScope();
        })]).MoveToOuterDisposeScope();
    }

    /// <summary>Measures the latency of each model and, last, of the network.</summary>
    private static IReadOnlyList<double> Medians(OnnxClassifier[] models, nn.Module<Tensor, Tensor> network, Tensor images) =>
        Latency.Medians(
        [
            .. models.Select(model => (Action)(() => model.Logits(images).Dispose())),
            () => network.Infer(images).Dispose(),
        ]);
}
