// N images, K classes
using Distill.Learning.Arithmetic;
using static TorchSharp.torch;

namespace Distill.Imaging.Evaluation.Metrics;

/// <summary>
/// Computes the 11-point interpolated average precision of VOC 2007 (Everingham et al. 2010, section 4.2): the mean, over the recalls
/// 0, 0.1 … 1, of the highest precision at that recall or above.
/// </summary>
internal static class AveragePrecision
{
    private const int Levels = 10;
    private const long RowsPerChunk = 4096;

    /// <summary>
    /// Returns the mean average precision over the classes that occur, in percent. Each class is compared with all others, with the images
    /// ordered by the class's softmax probability.
    /// </summary>
    /// <param name="logits_NK">Logits of any floating type.</param>
    /// <param name="labels_N">True classes, int64, on the same device.</param>
    public static double Mean(Tensor logits_NK, Tensor labels_N)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var labels = labels_N.ReadAll<long>();
        var normalizer_N = LogSumExp(logits_NK);
        return 100 * labels.Distinct().Order().Average(label =>
        {
            using var one = NewDisposeScope();
            // Log-probabilities give the same order as probabilities, but those of a confident network do not all round to 1.
            var score_N = logits_NK.select(1, label).to_type(ScalarType.Float64).sub_(normalizer_N);
            return ElevenPoint(score_N.ReadAll<double>(), Array.ConvertAll(labels, l => l == label));
        });
    }

    /// <summary>Returns the average precision of one class, in [0, 1].</summary>
    /// <param name="scores">
    /// One score per image, larger for images that are more likely relevant. Equal scores count as one threshold, so the order of the
    /// images does not matter.
    /// </param>
    /// <param name="relevant">Whether each image belongs to the class; at least one does.</param>
    public static double ElevenPoint(double[] scores, bool[] relevant)
    {
        var (order, hit) = ((double[])scores.Clone(), (bool[])relevant.Clone());
        Array.Sort(order, hit);
        var positives = hit.Count(h => h);
        var best = new double[Levels + 1];
        var found = 0;
        for (var i = order.Length - 1; i >= 0; i--)
        {
            found += hit[i] ? 1 : 0;
            if (i == 0 || order[i - 1] != order[i])
            {
                // In integers, because 3 of 10 must reach the recall 0.3, which a binary fraction may miss.
                var level = Levels * found / positives;
                best[level] = Math.Max(best[level], (double)found / (order.Length - i));
            }
        }

        for (var level = Levels - 1; level >= 0; level--)
        {
            best[level] = Math.Max(best[level], best[level + 1]);
        }

        return best.Average();
    }

    private static Tensor LogSumExp(Tensor logits_NK) =>
        cat(logits_NK.split(RowsPerChunk).Select(chunk => chunk.to_type(ScalarType.Float64).logsumexp(1)).ToList());
}
