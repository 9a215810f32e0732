using Distill.Learning.Arithmetic;
using static TorchSharp.torch;

namespace Distill.Imaging.Evaluation.Metrics;

/// <summary>
/// The 11-point interpolated average precision of VOC 2007 (Everingham et al. 2010, section 4.2): the mean, over the recalls
/// 0, 0.1 … 1, of the highest precision at that recall or a higher one.
/// </summary>
internal static class AveragePrecision
{
    private const int Levels = 10;
    private const long RowsAtATime = 4096;

    /// <summary>
    /// The mean, over the classes that occur, of each class's average precision against all others, images ordered by the class's
    /// softmax probability.
    /// </summary>
    /// <param name="logits_NK">Logits.</param>
    /// <param name="labels_N">True classes, on the same device.</param>
    /// <returns>Percent.</returns>
    public static double Mean(Tensor logits_NK, Tensor labels_N)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var labels = labels_N.ReadAll<long>();
        var normalizer_N = LogSumExp(logits_NK);
        return 100 * labels.Distinct().Order().Average(label =>
        {
            using var one = NewDisposeScope();
            // Logarithms order images as probabilities do, and do not all become 1 where a network is sure.
            var score_N = logits_NK.select(1, label).to_type(ScalarType.Float64).sub_(normalizer_N);
            return ElevenPoint(score_N.ReadAll<double>(), Array.ConvertAll(labels, l => l == label));
        });
    }

    /// <param name="scores">A number an image, larger for those more likely relevant. Equal ones are taken as one threshold, so that
    /// the images' order does not matter.</param>
    /// <param name="relevant">Whether each image is of the class; at least one is.</param>
    /// <returns>Of [0, 1].</returns>
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
                // In integers: 3 of 10 is a recall of 0.3, which a binary fraction may miss.
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
        cat(logits_NK.split(RowsAtATime).Select(chunk => chunk.to_type(ScalarType.Float64).logsumexp(1)).ToList());
}
