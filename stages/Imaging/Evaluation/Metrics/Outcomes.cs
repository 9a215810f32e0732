using Distill.Learning.Arithmetic;
using static TorchSharp.torch;

namespace Distill.Imaging.Evaluation.Metrics;

/// <summary>What became of each image, read off the logits once: all that accuracies, calibration and their resamples need.</summary>
/// <param name="Classes">K.</param>
/// <param name="Labels">The true class of each image.</param>
/// <param name="Guesses">The class of the largest logit; of equal ones, the lowest class.</param>
/// <param name="Ranks">How many classes come before the true one, by larger logit, or by an equal one and a lower number.</param>
/// <param name="Confidences">The largest softmax probability.</param>
/// <param name="LogLikelihoods">The logarithm of the true class's softmax probability, in nats.</param>
public sealed record Outcomes(
    int Classes,
    IReadOnlyList<int> Labels,
    IReadOnlyList<int> Guesses,
    IReadOnlyList<int> Ranks,
    IReadOnlyList<double> Confidences,
    IReadOnlyList<double> LogLikelihoods)
{
    // Rows that are widened to fp64 at a time: 32 MB of them at 1,000 classes.
    private const int RowsAtATime = 4096;

    /// <summary>Number of images.</summary>
    public int Count => Labels.Count;

    /// <param name="logits_NK">Logits of one image or more, all finite, of any floating type and on any device.</param>
    /// <param name="labels_N">Their true classes, int64, on the same device.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, a logit is not finite, or a label is no class.</exception>
    public static Outcomes Of(Tensor logits_NK, Tensor labels_N)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        Check(logits_NK, labels_N);
        var (images, classes) = (logits_NK.shape[0], logits_NK.shape[1]);
        var number_K = NewTensors.Range(classes, logits_NK.device);
        var (guesses, ranks) = (new List<int>(), new List<int>());
        var (confidences, likelihoods) = (new List<double>(), new List<double>());
        for (var start = 0L; start < images; start += RowsAtATime)
        {
            using var chunk = NewDisposeScope();
            var length = Math.Min(RowsAtATime, images - start);
            var logits_nK = logits_NK.narrow(0, start, length).to_type(ScalarType.Float64);
            var label_n1 = labels_N.narrow(0, start, length).unsqueeze(1);
            var own_n1 = logits_nK.gather(1, label_n1);
            // Ranked by logits: among log-probabilities, rounding could make unequal ones equal.
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
                $"Expected logits [N, K] of at least one image and labels [N]; got [{string.Join(", ", logits_NK.shape)}] "
                + $"and [{string.Join(", ", labels_N.shape)}].");
        }

        if (!logits_NK.isfinite().all().ReadBoolean())
        {
            throw new ArgumentException("A logit is infinite or NaN; the network has diverged.");
        }

        if (labels_N.min().ReadInt64() < 0 || labels_N.max().ReadInt64() >= logits_NK.shape[1])
        {
            throw new ArgumentException(
                $"Labels must lie in 0 … {logits_NK.shape[1] - 1}; got {labels_N.min().ReadInt64()} … {labels_N.max().ReadInt64()}. "
                + "Exclude unlabeled images.");
        }
    }
}
