using Distill.Learning.Arithmetic;
using static TorchSharp.torch;

namespace Distill.Imaging.Evaluation;

/// <summary>
/// The weighted k-nearest-neighbor classifier by which contrastive pretraining is watched (Wu et al. 2018, "Unsupervised
/// feature learning via non-parametric instance discrimination", section 3.4): neighbors by cosine, votes of exp(cosine/τ).
/// </summary>
public static class NearestNeighbors
{
    private const int QueriesAtATime = 1000;

    /// <param name="bank_ND">Features whose labels vote.</param>
    /// <param name="bankLabels_N">Their labels.</param>
    /// <param name="queries_QD">Features to classify.</param>
    /// <param name="queryLabels_Q">What they should be.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="neighbors">k; 200 is the field's usual.</param>
    /// <param name="temperature">τ of the votes; 0.1 is the field's usual.</param>
    /// <returns>Top-1 in percent.</returns>
    public static double Top1(
        Tensor bank_ND,
        Tensor bankLabels_N,
        Tensor queries_QD,
        Tensor queryLabels_Q,
        int classes,
        int neighbors = 200,
        double temperature = 0.1)
    {
        using var scope = NewDisposeScope();
        var vote_QK = Votes(bank_ND, bankLabels_N, queries_QD, classes, new NeighborOptions(neighbors, temperature));
        return Accuracy.Top1(vote_QK, queryLabels_Q);
    }

    /// <param name="bank_ND">Features whose labels vote; at least one.</param>
    /// <param name="bankLabels_N">Their labels.</param>
    /// <param name="queries_QD">Features to classify.</param>
    /// <param name="classes">K.</param>
    /// <param name="options">k and τ.</param>
    /// <returns>
    /// Each query's votes for each class, [Q, K], fp32, on the bank's device: the sum over neighbors of that class of
    /// exp((cosine − 1)/τ), at most 1 a neighbor whatever τ.
    /// </returns>
    public static Tensor Votes(Tensor bank_ND, Tensor bankLabels_N, Tensor queries_QD, int classes, NeighborOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Neighbors, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Temperature);
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var k = Math.Min(options.Neighbors, (int)bank_ND.shape[0]);
        var bank_DN = nn.functional.normalize(bank_ND, dim: 1).t();
        var unit_QD = nn.functional.normalize(queries_QD, dim: 1);
        var vote_QK = zeros(unit_QD.shape[0], classes, device: bank_ND.device);
        for (var start = 0L; start < unit_QD.shape[0]; start += QueriesAtATime)
        {
            using var chunk = NewDisposeScope();
            var length = Math.Min(QueriesAtATime, unit_QD.shape[0] - start);
            var (cosine_qk, index_qk) = unit_QD.narrow(0, start, length).mm(bank_DN).topk(k, dim: 1);
            var label_qk = bankLabels_N.index_select(0, index_qk.view(-1)).view(length, k);
            vote_QK.narrow(0, start, length).scatter_add_(1, label_qk, cosine_qk.Minus(1).Over(options.Temperature).exp());
        }

        return vote_QK.MoveToOuterDisposeScope();
    }
}
