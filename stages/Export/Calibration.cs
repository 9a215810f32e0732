using Distill.Artifacts;
using Distill.Learning.Arithmetic;
using Distill.Learning.Onnx;
using static TorchSharp.torch;

namespace Distill.Export;

/// <summary>
/// Finds the ranges of a graph in eight bits on some training images, by several rules, and takes the rule whose graph is nearest to the one in
/// fp32 on other training images. Labels and test images have no part in it.
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

    /// <param name="graph">In fp32.</param>
    /// <param name="images">Some take the ranges, others choose the rule.</param>
    /// <param name="looked">Told how many images were looked at; may throw to stop.</param>
    /// <returns>The graph in eight bits, and the rule that made it.</returns>
    public static (OnnxGraph Graph, string Rule) Quantize(OnnxGraph graph, CalibrationImages images, Action<long> looked)
    {
        var histograms = Histograms(graph, images.Seen, looked);
        using var exact = new OnnxClassifier(OnnxModelFiles.Bytes(graph));
        return Rules
            .Select(rule => (Graph: IntegerPrecision.Of(graph, histograms.ToDictionary(entry => entry.Key, entry => rule.Range(entry.Value))), rule.Name))
            .MinBy(candidate =>
            {
                using var model = new OnnxClassifier(OnnxModelFiles.Bytes(candidate.Graph));
                return images.Others.Sum(batch => Distance(exact, model, batch, looked));
            });
    }

    private static double Distance(OnnxClassifier exact, OnnxClassifier model, Tensor images_NCHW, Action<long> looked)
    {
        looked(images_NCHW.shape[0]);
        using var scope = NewDisposeScope();
        return exact.Logits(images_NCHW).Plus(model.Logits(images_NCHW), -1).Squared().sum().ReadDouble();
    }

    private static Dictionary<string, ValueHistogram> Histograms(OnnxGraph graph, IReadOnlyList<Tensor> seen, Action<long> looked)
    {
        var histograms = IntegerPrecision.ValuesOf(graph).ToDictionary(name => name, _ => new ValueHistogram());
        // A network that normalizes its images quantizes what comes of that, not the images.
        var input = histograms.GetValueOrDefault(OnnxGraph.Input);
        string[] values = [.. histograms.Keys.Where(name => name != OnnxGraph.Input)];
        using var model = new OnnxClassifier(OnnxModelFiles.Bytes(graph.WithOutputs(values)));
        foreach (var images in seen)
        {
            looked(images.shape[0]);
            input?.Widen(images.ReadAll<float>());
            model.Values(images, values, (name, numbers) => histograms[name].Widen(numbers));
        }

        foreach (var images in seen)
        {
            looked(images.shape[0]);
            input?.Count(images.ReadAll<float>());
            model.Values(images, values, (name, numbers) => histograms[name].Count(numbers));
        }

        return histograms;
    }
}
