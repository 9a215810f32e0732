using TorchSharp;
using static TorchSharp.torch;

namespace Stages.Imaging.Evaluation;

/// <summary>
/// The weighted k-nearest-neighbour classifier by which contrastive pretraining is watched (Wu et al. 2018, "Unsupervised
/// feature learning via non-parametric instance discrimination", section 3.4): neighbours by cosine, votes of exp(cosine/τ).
/// </summary>
public static class NearestNeighbours
{
    private const int QueriesAtATime = 1000;

    /// <param name="bank_ND">Features whose labels vote.</param>
    /// <param name="bankLabels_N">Their labels.</param>
    /// <param name="queries_QD">Features to classify.</param>
    /// <param name="queryLabels_Q">What they should be.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="neighbours">k; 200 is the field's usual.</param>
    /// <param name="temperature">τ of the votes; 0.1 is the field's usual.</param>
    /// <returns>Top-1 in percent.</returns>
    public static double Top1(
        Tensor bank_ND,
        Tensor bankLabels_N,
        Tensor queries_QD,
        Tensor queryLabels_Q,
        int classes,
        int neighbours = 200,
        double temperature = 0.1)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var k = Math.Min(neighbours, (int)bank_ND.shape[0]);
        var bank_DN = nn.functional.normalize(bank_ND, dim: 1).t();
        var unit_QD = nn.functional.normalize(queries_QD, dim: 1);
        var correct = 0L;
        for (var start = 0L; start < unit_QD.shape[0]; start += QueriesAtATime)
        {
            using var chunk = NewDisposeScope();
            var length = Math.Min(QueriesAtATime, unit_QD.shape[0] - start);
            var (cosine_Qk, index_Qk) = unit_QD.narrow(0, start, length).mm(bank_DN).topk(k, dim: 1);
            var label_Qk = bankLabels_N.index_select(0, index_Qk.view(-1)).view(length, k);
            var vote_QK = zeros(length, classes, device: bank_ND.device)
                .scatter_add_(1, label_Qk, cosine_Qk.div(temperature).exp());
            correct += vote_QK.argmax(1).eq(queryLabels_Q.narrow(0, start, length)).sum().ToInt64();
        }

        return 100.0 * correct / unit_QD.shape[0];
    }
}
