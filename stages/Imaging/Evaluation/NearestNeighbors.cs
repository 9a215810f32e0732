// N images in the bank, Q queries, q queries in a chunk, D features, K classes, k neighbors
using Distill.Learning.Arithmetic;
using static TorchSharp.torch;

namespace Distill.Imaging.Evaluation;

/// <summary>
/// The weighted k-nearest-neighbor classifier that monitors contrastive pretraining (Wu et al. 2018, "Unsupervised feature learning via
/// non-parametric instance discrimination", section 3.4). The nearest features by cosine vote with weight exp(cosine/τ).
/// </summary>
public static class NearestNeighbors
{
    private const int QueriesPerChunk = 1000;

    /// <summary>Returns the top-1 accuracy of the queries, in percent.</summary>
    /// <param name="bank_ND">Features whose labels vote.</param>
    /// <param name="bankLabels_N">Labels of the bank.</param>
    /// <param name="queries_QD">Features to classify.</param>
    /// <param name="queryLabels_Q">True labels of the queries.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="neighbors">k; 200 is usual.</param>
    /// <param name="temperature">τ of the votes; 0.1 is usual.</param>
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

    /// <summary>
    /// Returns the votes of each query for each class, [Q, K], fp32, on the bank's device. A neighbor votes for its class with
    /// exp((cosine − 1)/τ), which is at most 1 for any τ.
    /// </summary>
    /// <param name="bank_ND">Features whose labels vote; at least one row.</param>
    /// <param name="bankLabels_N">Labels of the bank.</param>
    /// <param name="queries_QD">Features to classify.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="options">k and τ.</param>
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
        for (var start = 0L; start < unit_QD.shape[0]; start += QueriesPerChunk)
        {
            using var chunk = NewDisposeScope();
            var length = Math.Min(QueriesPerChunk, unit_QD.shape[0] - start);
            var (cosine_qk, index_qk) = unit_QD.narrow(0, start, length).mm(bank_DN).topk(k, dim: 1);
            var label_qk = bankLabels_N.index_select(0, index_qk.view(-1)).view(length, k);
            vote_QK.narrow(0, start, length).scatter_add_(1, label_qk, cosine_qk.Minus(1).Over(options.Temperature).exp());
        }

        return vote_QK.MoveToOuterDisposeScope();
    }
}

/// <summary>Options of weighted kNN, with the two conventions of the field.</summary>
/// <param name="Neighbors">k, the number of features that vote; all of the bank if it has fewer.</param>
/// <param name="Temperature">τ of the votes, larger than 0.</param>
public sealed record NeighborOptions(int Neighbors, double Temperature)
{
    /// <summary>k = 200, τ = 0.1: lightly's benchmarks and MoCo's CIFAR-10 demonstration.</summary>
    public static readonly NeighborOptions Lightly = new(200, 0.1);

    /// <summary>k = 20, τ = 0.07: solo-learn's <c>WeightedKNNClassifier</c>. DINO also uses k = 20 and τ = 0.07.</summary>
    public static readonly NeighborOptions SoloLearn = new(20, 0.07);
}
