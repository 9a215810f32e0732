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

    // 1 GiB in fp32.
    private const long ValuesPerBankPart = 1L << 28;

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
    /// Returns the votes of each query for each class, [Q, K], fp32, on the queries' device. A neighbor votes for its class with
    /// exp((cosine − 1)/τ), which is at most 1 for any τ.
    /// </summary>
    /// <param name="bank_ND">
    /// Features whose labels vote; at least one row, of any floating type. They may be on the CPU, because a part at a time is copied.
    /// </param>
    /// <param name="bankLabels_N">Labels of the bank.</param>
    /// <param name="queries_QD">Features to classify.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="options">k and τ.</param>
    public static Tensor Votes(Tensor bank_ND, Tensor bankLabels_N, Tensor queries_QD, int classes, NeighborOptions options) =>
        Votes(bank_ND, bankLabels_N, queries_QD, classes, options, ValuesPerBankPart);

    /// <summary>Finds the k nearest features of the bank: their cosines and labels, [Q, k] each, the nearest first.</summary>
    /// <param name="bank_ND">Features to find, of any floating type. They may be on the CPU, because a part at a time is copied.</param>
    /// <param name="bankLabels_N">Their labels, or numbers, on the device of the queries.</param>
    /// <param name="queries_QD">Features whose neighbors are found.</param>
    /// <param name="neighbors">k, at most the number of features.</param>
    public static (Tensor Cosine, Tensor Label) Find(Tensor bank_ND, Tensor bankLabels_N, Tensor queries_QD, int neighbors)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var rows = Math.Max(neighbors, ValuesPerBankPart / bank_ND.shape[1]);
        var (cosine_Qk, label_Qk) = Nearest(bank_ND, bankLabels_N, nn.functional.normalize(queries_QD, dim: 1), neighbors, rows);
        return (cosine_Qk.MoveToOuterDisposeScope(), label_Qk.MoveToOuterDisposeScope());
    }

    /// <summary>Computes them with parts of another number of values.</summary>
    internal static Tensor Votes(
        Tensor bank_ND, Tensor bankLabels_N, Tensor queries_QD, int classes, NeighborOptions options, long valuesPerPart)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Neighbors, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Temperature);
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var unit_QD = nn.functional.normalize(queries_QD, dim: 1);
        var k = Math.Min(options.Neighbors, (int)bank_ND.shape[0]);
        var (cosine_Qk, label_Qk) = Nearest(bank_ND, bankLabels_N, unit_QD, k, Math.Max(k, valuesPerPart / bank_ND.shape[1]));
        var vote_QK = zeros(unit_QD.shape[0], classes, device: unit_QD.device);
        vote_QK.scatter_add_(1, label_Qk, cosine_Qk.Minus(1).Over(options.Temperature).exp());
        return vote_QK.MoveToOuterDisposeScope();
    }

    /// <summary>Finds the k nearest features of the bank: their cosines and labels, [Q, k] each, the nearest first.</summary>
    private static (Tensor Cosine, Tensor Label) Nearest(Tensor bank_ND, Tensor bankLabels_N, Tensor unit_QD, int k, long rows)
    {
        (Tensor Cosine, Tensor Label)? nearest = null;
        for (var first = 0L; first < bank_ND.shape[0]; first += rows)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(rows, bank_ND.shape[0] - first);
            var (cosine_Qk, label_Qk) = NearestOfPart(
                bank_ND.narrow(0, first, count).to(unit_QD.device), bankLabels_N.narrow(0, first, count), unit_QD, Math.Min(k, (int)count));
            if (nearest is { } before)
            {
                var (best_Qk, place_Qk) = cat([before.Cosine, cosine_Qk], 1).topk(k, dim: 1);
                (cosine_Qk, label_Qk) = (best_Qk, cat([before.Label, label_Qk], 1).gather(1, place_Qk));
            }

            nearest = (cosine_Qk.MoveToOuterDisposeScope(), label_Qk.MoveToOuterDisposeScope());
        }

        return nearest!.Value;
    }

    private static (Tensor Cosine, Tensor Label) NearestOfPart(Tensor bank_ND, Tensor bankLabels_N, Tensor unit_QD, int k)
    {
        using var scope = NewDisposeScope();
        var bank_DN = nn.functional.normalize(bank_ND.to_type(ScalarType.Float32), dim: 1).t();
        var cosine_Qk = empty(unit_QD.shape[0], k, device: unit_QD.device);
        var label_Qk = empty(unit_QD.shape[0], k, ScalarType.Int64, unit_QD.device);
        for (var start = 0L; start < unit_QD.shape[0]; start += QueriesPerChunk)
        {
            using var chunk = NewDisposeScope();
            var length = Math.Min(QueriesPerChunk, unit_QD.shape[0] - start);
            var (cosine_qk, index_qk) = unit_QD.narrow(0, start, length).mm(bank_DN).topk(k, dim: 1);
            cosine_Qk.narrow(0, start, length).copy_(cosine_qk);
            label_Qk.narrow(0, start, length).copy_(bankLabels_N.index_select(0, index_qk.view(-1)).view(length, k));
        }

        return (cosine_Qk.MoveToOuterDisposeScope(), label_Qk.MoveToOuterDisposeScope());
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
