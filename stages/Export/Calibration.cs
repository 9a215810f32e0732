// N images, C channels, H height, W width
using Distill.Artifacts;
using Distill.Learning.Arithmetic;
using Distill.Learning.Onnx;
using static TorchSharp.torch;

namespace Distill.Export;

/// <summary>
/// Chooses the int8 ranges of a graph. Several rules propose ranges from training images; the rule whose logits are closest to fp32 on
/// other training images is used. It uses neither labels nor test images.
/// </summary>
internal static class Calibration
{
    private static readonly (string Name, Func<ValueHistogram, ValueRange> Range)[] Rules =
    [
        ("extremes", histogram => histogram.Percentile(1)),
        ("percentile 99.999", histogram => histogram.Percentile(0.99999)),
        ("percentile 99.99", histogram => histogram.Percentile(0.9999)),
        ("percentile 99.9", histogram => histogram.Percentile(0.999)),
        ("entropy", histogram => histogram.LeastDivergence()),
    ];

    /// <summary>Number of images that <see cref="Quantize"/> processes: two passes for the histograms, and one for each rule.</summary>
    public static long ImagesOfAllPasses(CalibrationImages images) =>
        (2 * images.CalibratingCount) + (Rules.Length * images.CheckingCount);

    /// <summary>Quantizes a graph to int8.</summary>
    /// <param name="graph">A graph in fp32.</param>
    /// <param name="images">Training images.</param>
    /// <param name="processed">Receives the number of images of each batch. It may throw to stop.</param>
    /// <returns>The int8 graph, and the name of the rule.</returns>
    public static (OnnxGraph Graph, string Rule) Quantize(OnnxGraph graph, CalibrationImages images, Action<long> processed)
    {
        var histograms = Histograms(graph, images.Calibrating, processed);
        using var exact = new OnnxClassifier(OnnxModelFiles.Bytes(graph));
        return Rules
            .Select(rule => (Graph: IntegerPrecision.Quantize(graph, Ranges(histograms, rule.Range)), rule.Name))
            .MinBy(candidate =>
            {
                using var model = new OnnxClassifier(OnnxModelFiles.Bytes(candidate.Graph));
                return images.Checking.Sum(batch => Distance(exact, model, batch, processed));
            });
    }

    private static Dictionary<string, ValueRange> Ranges(
        Dictionary<string, ValueHistogram> histograms, Func<ValueHistogram, ValueRange> range) =>
        histograms.ToDictionary(entry => entry.Key, entry => range(entry.Value));

    private static double Distance(OnnxClassifier exact, OnnxClassifier model, Tensor images_NCHW, Action<long> processed)
    {
        processed(images_NCHW.shape[0]);
        using var scope = NewDisposeScope();
        return exact.Logits(images_NCHW).Plus(model.Logits(images_NCHW), -1).Squared().sum().ReadDouble();
    }

    private static Dictionary<string, ValueHistogram> Histograms(OnnxGraph graph, IReadOnlyList<Tensor> batches, Action<long> processed)
    {
        var histograms = IntegerPrecision.ValuesToQuantize(graph).ToDictionary(name => name, _ => new ValueHistogram());
        // A network that normalizes its images quantizes the normalized images, so its input has no histogram.
        var input = histograms.GetValueOrDefault(OnnxGraph.Input);
        string[] values = [.. histograms.Keys.Where(name => name != OnnxGraph.Input)];
        using var model = new OnnxClassifier(OnnxModelFiles.Bytes(graph.WithOutputs(values)));
        foreach (var images in batches)
        {
            processed(images.shape[0]);
            input?.Widen(images.ReadAll<float>());
            model.Values(images, values, (name, numbers) => histograms[name].Widen(numbers));
        }

        foreach (var images in batches)
        {
            processed(images.shape[0]);
            input?.Count(images.ReadAll<float>());
            model.Values(images, values, (name, numbers) => histograms[name].Count(numbers));
        }

        return histograms;
    }
}
