// N images, n images in a chunk, K classes
using Distill.Learning.Arithmetic;
using static TorchSharp.torch;

namespace Distill.Imaging.Evaluation.Metrics;

/// <summary>The outcome of each image, read from the logits once: all that accuracies, calibration error and bootstrap need.</summary>
/// <param name="Classes">Number of classes.</param>
/// <param name="Labels">True class of each image.</param>
/// <param name="Guesses">Predicted class of each image: that of the largest logit, and the lowest of equal ones.</param>
/// <param name="Ranks">Number of classes ahead of the true one, by a larger logit, or by an equal one and a lower number.</param>
/// <param name="Confidences">Largest softmax probability.</param>
/// <param name="LogLikelihoods">Logarithm of the true class's softmax probability, in nats.</param>
public sealed record Outcomes(
    int Classes,
    IReadOnlyList<int> Labels,
    IReadOnlyList<int> Guesses,
    IReadOnlyList<int> Ranks,
    IReadOnlyList<double> Confidences,
    IReadOnlyList<double> LogLikelihoods)
{
    // Rows that are converted to fp64 at a time: 32 MB at 1,000 classes.
    private const int RowsPerChunk = 4096;

    /// <summary>Number of images.</summary>
    public int Count => Labels.Count;

    /// <summary>Reads outcomes from logits.</summary>
    /// <param name="logits_NK">Logits of at least one image, all finite, of any floating type and on any device.</param>
    /// <param name="labels_N">True classes, int64, on the same device.</param>
    /// <exception cref="ArgumentException">The shapes do not match, a logit is not finite, or a label is out of range.</exception>
    public static Outcomes FromLogits(Tensor logits_NK, Tensor labels_N)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        Check(logits_NK, labels_N);
        var (images, classes) = (logits_NK.shape[0], logits_NK.shape[1]);
        var number_K = NewTensors.Range(classes, logits_NK.device);
        var (guesses, ranks) = (new List<int>(), new List<int>());
        var (confidences, likelihoods) = (new List<double>(), new List<double>());
        for (var start = 0L; start < images; start += RowsPerChunk)
        {
            using var chunk = NewDisposeScope();
            var length = Math.Min(RowsPerChunk, images - start);
            var logits_nK = logits_NK.narrow(0, start, length).to_type(ScalarType.Float64);
            var label_n1 = labels_N.narrow(0, start, length).unsqueeze(1);
            var own_n1 = logits_nK.gather(1, label_n1);
            // Ranked by logits, because rounding could make log-probabilities of unequal logits equal.
            var before_nK = logits_nK.gt(own_n1).logical_or(logits_nK.eq(own_n1).logical_and(number_K.lt(label_n1)));
            var logProbability_nK = logits_nK.log_softmax(1);
            guesses.AddRange(Integers(logits_nK.argmax(1)));
            ranks.AddRange(Integers(before_nK.sum(1)));
            confidences.AddRange(logProbability_nK.amax([1]).exp().ReadAll<double>());
            likelihoods.AddRange(logProbability_nK.gather(1, label_n1).squeeze(1).ReadAll<double>());
        }

        return new Outcomes((int)classes, Integers(labels_N), guesses, ranks, confidences, likelihoods);
    }

    private static int[] Integers(Tensor values) => values.to_type(ScalarType.Int32).ReadAll<int>();

    private static void Check(Tensor logits_NK, Tensor labels_N)
    {
        if (logits_NK.dim() != 2 || logits_NK.numel() == 0 || !labels_N.shape.SequenceEqual([logits_NK.shape[0]]))
        {
            throw new ArgumentException(
                $"found shapes [{string.Join(", ", logits_NK.shape)}] and [{string.Join(", ", labels_N.shape)}], "
                + "expected logits [N, K] of at least one image and labels [N]");
        }

        if (!logits_NK.isfinite().all().ReadBoolean())
        {
            throw new ArgumentException("found a logit that is infinite or NaN, expected finite ones; the network has diverged");
        }

        if (labels_N.min().ReadInt64() < 0 || labels_N.max().ReadInt64() >= logits_NK.shape[1])
        {
            throw new ArgumentException(
                $"found labels in {labels_N.min().ReadInt64()} … {labels_N.max().ReadInt64()}, "
                + $"expected 0 … {logits_NK.shape[1] - 1}; exclude images without a label");
        }
    }
}
