using Distill.Learning.Arithmetic;
using static TorchSharp.torch;

// N images, M = 2N views, P outputs of the projection head, Q keys, L = M + Q logits
namespace Distill.Learning.Losses;

/// <summary>
/// NT-Xent, the normalized temperature-scaled cross entropy of SimCLR (arXiv:2002.05709, equation 1): for each of the 2N projections, the
/// cross entropy of finding its positive among the other 2N−1, averaged over all 2N rows.
/// </summary>
/// <remarks>
/// The public TensorFlow code adds the means of the two halves, so it gives twice this value. Random projections give about ln(2N−1). The
/// loss is always computed in fp32.
/// </remarks>
public static class ContrastiveLoss
{
    /// <summary>Computes the loss of a batch.</summary>
    /// <param name="z_MP">
    /// 2N projections, not normalized: the first views of images 1 … N, then the second views of the same images, in the same order
    /// unless <paramref name="positive_M"/> says otherwise.
    /// </param>
    /// <param name="temperature">The temperature τ, larger than 0.</param>
    /// <param name="keys_QP">
    /// Normalized further negatives of every row (SimCLRv2's memory, section 2.1), without gradient; null for none.
    /// </param>
    /// <param name="positive_M">
    /// The row of the other view of each row's image, as 64-bit integers; null if the second views have the order of the first ones.
    /// </param>
    /// <returns>A scalar, in nats.</returns>
    public static Tensor NtXent(Tensor z_MP, double temperature, Tensor? keys_QP = null, Tensor? positive_M = null)
    {
        using var scope = NewDisposeScope();
        var rows = z_MP.shape[0];
        if (rows < 4 || rows % 2 != 0)
        {
            throw new ArgumentException($"found {rows} rows, expected two views of at least two images: an even number, at least 4");
        }

        var unit_MP = nn.functional.normalize(z_MP.to_type(ScalarType.Float32), dim: 1);
        var similarity_MM = unit_MP.mm(unit_MP.t()).Over_(temperature);
        // A projection is not its own negative: −∞ removes it from the softmax.
        var self_MM = eye(rows, dtype: ScalarType.Bool, device: z_MP.device);
        var logits_ML = similarity_MM.Masked(self_MM, double.NegativeInfinity);
        if (keys_QP is not null)
        {
            logits_ML = cat([logits_ML, unit_MP.mm(keys_QP.detach().t()).Over_(temperature)], 1);
        }

        var target_M = positive_M ?? NewTensors.Range(rows, z_MP.device).Plus_(rows / 2).Modulo_(rows);
        return nn.functional.cross_entropy(logits_ML, target_M).MoveToOuterDisposeScope();
    }
}
