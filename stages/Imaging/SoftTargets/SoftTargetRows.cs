// N views, K classes, k stored classes
using Distill.Datasets.Images;
using Distill.Learning.Arithmetic;
using static TorchSharp.torch;

namespace Distill.Imaging.SoftTargets;

/// <summary>Creates rows from a teacher's logits.</summary>
public static class SoftTargetRows
{
    /// <summary>Creates one row per view.</summary>
    /// <param name="views">Image and view of each row.</param>
    /// <param name="crops">Crop of each view.</param>
    /// <param name="logits_NK">Logits of the teacher, fp32.</param>
    /// <param name="topK">
    /// 0 to keep all logits, or k in 1 … K−1. A row then keeps its k largest logits and the log-sum-exp of the others, so the k classes
    /// keep their probabilities at T = 1. How the others differ is lost; see <see cref="StoredLogits"/>.
    /// </param>
    public static List<SoftTargetRow> FromLogits(
        IReadOnlyList<(int Image, int View)> views, IReadOnlyList<Crop> crops, Tensor logits_NK, int topK)
    {
        using var scope = NewDisposeScope();
        var classes = checked((int)logits_NK.shape[1]);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(topK, classes);
        if (topK == 0)
        {
            var logits = logits_NK.ReadAll<float>();
            return [.. views.Select((v, i) => new SoftTargetRow(v.Image, v.View, crops[i], Slice(logits, i, classes)))];
        }

        var (values_Nk, classes_Nk) = logits_NK.topk(topK, dim: 1);
        var none_Nk = NewTensors.FullLike(values_Nk, double.NegativeInfinity, ScalarType.Float64);
        var others_NK = logits_NK.to_type(ScalarType.Float64).scatter(1, classes_Nk, none_Nk);
        var rest = others_NK.logsumexp(1).to_type(ScalarType.Float32).ReadAll<float>();
        var top = values_Nk.ReadAll<float>();
        var numbers = classes_Nk.to_type(ScalarType.Int32).ReadAll<int>();
        return
        [
            .. views.Select((v, i) => new SoftTargetRow(
                v.Image, v.View, crops[i], Slice(top, i, topK), Slice(numbers, i, topK), rest[i])),
        ];
    }

    private static T[] Slice<T>(T[] values, int row, int width) => values.AsSpan(row * width, width).ToArray();
}
