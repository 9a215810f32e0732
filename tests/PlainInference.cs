using Distill.Datasets.Images;
using Distill.Learning.Networks;
using static TorchSharp.torch;

namespace Tests;

/// <summary>
/// A slow reference for measurements: it runs one image at a time through the unfused network and computes metrics by plain loops in fp64.
/// </summary>
internal static class PlainInference
{
    /// <summary>Computes the logits of each image of a split of packed pixels.</summary>
    public static double[][] Logits(ClassifierSource source, string weights, ImageSet images)
    {
        using var network = source.Load(weights, images.Shape.Channels, images.ClassNames.Count, StageFixture.Settings.Compute);
        return Run(network, images);
    }

    /// <summary>Computes the output of a network for each image.</summary>
    public static double[][] Run(nn.Module<Tensor, Tensor> network, ImageSet images)
    {
        using var frozen = no_grad();
        var bytes = ((InMemoryPixels)images.Pixels).Bytes.ToArray();
        return [.. bytes.Chunk(images.Shape.Size).Select(image =>
        {
            using var scope = NewDisposeScope();
            float[] pixels = [.. image.Select(value => value / 255f)];
            var output = network.forward(tensor(pixels, [1, images.Shape.Channels, images.Shape.Height, images.Shape.Width]));
            return output.data<float>().Select(value => (double)value).ToArray();
        })];
    }

    public static int Argmax(double[] values) => Array.IndexOf(values, values.Max());

    public static double[] Softmax(double[] logits, double temperature = 1)
    {
        double[] odds = [.. logits.Select(logit => Math.Exp((logit - logits.Max()) / temperature))];
        return [.. odds.Select(odd => odd / odds.Sum())];
    }

    /// <summary>Top-1 accuracy in percent.</summary>
    public static double Top1(double[][] logits, IReadOnlyList<int> labels) =>
        100.0 * logits.Where((row, i) => Argmax(row) == labels[i]).Count() / logits.Length;

    /// <summary>Mean negative log likelihood in nats.</summary>
    public static double NegativeLogLikelihood(double[][] logits, IReadOnlyList<int> labels, double temperature = 1) =>
        logits.Select((row, i) => -Math.Log(Softmax(row, temperature)[labels[i]])).Average();

    /// <summary>Expected calibration error in 15 bins of equal width (Guo et al. 2017, equation 3).</summary>
    public static double CalibrationError(double[][] logits, IReadOnlyList<int> labels) => logits
        .Select((row, i) => (Confidence: Softmax(row).Max(), Correct: Argmax(row) == labels[i] ? 1.0 : 0))
        .GroupBy(image => Math.Min((int)Math.Ceiling(image.Confidence * 15) - 1, 14))
        .Sum(bin => bin.Count() * Math.Abs(bin.Average(image => image.Correct) - bin.Average(image => image.Confidence))) / logits.Length;

    /// <summary>Mean of the classes' accuracies in percent.</summary>
    public static double MeanPerClass(double[][] logits, IReadOnlyList<int> labels) => logits
        .Select((row, i) => (Label: labels[i], Correct: Argmax(row) == labels[i] ? 100.0 : 0))
        .GroupBy(image => image.Label)
        .Average(members => members.Average(image => image.Correct));
}
