// N images, D features, K classes
using Distill.Learning.Arithmetic;
using static TorchSharp.torch;

namespace Distill.Imaging.Evaluation.Probes;

/// <summary>
/// The centering and scaling of features to a mean square of 1, so that rates and strengths mean the same for every encoder. A linear
/// classifier loses nothing by it: <see cref="Fold"/> converts it to one for unscaled features.
/// </summary>
/// <param name="Mean_D">Mean per dimension, fp64.</param>
/// <param name="Scale">Root mean square of all centered values.</param>
public sealed record FeatureScale(Tensor Mean_D, double Scale) : IDisposable
{
    /// <summary>Number of values that are fp64 at a time: 1 GiB.</summary>
    private const long ValuesPerPart = 1L << 27;

    /// <summary>Measures the mean and the scale of features, of any floating type and on any device.</summary>
    public static FeatureScale Fit(Tensor z_ND) => Fit(z_ND, ValuesPerPart);

    /// <summary>Measures them in parts of another size.</summary>
    internal static FeatureScale Fit(Tensor z_ND, long valuesPerPart)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var rows = Math.Max(1, valuesPerPart / z_ND.shape[1]);
        var mean_D = Sum(part_ND => part_ND.sum([0L])).Over_(z_ND.shape[0]);
        var square = Sum(part_ND => part_ND.sub(mean_D).Squared().sum()).Over_(z_ND.numel()).ReadDouble();
        return new FeatureScale(mean_D.MoveToOuterDisposeScope(), square > 0 ? Math.Sqrt(square) : 1);

        Tensor Sum(Func<Tensor, Tensor> sumOf)
        {
            Tensor? sum = null;
            for (var first = 0L; first < z_ND.shape[0]; first += rows)
            {
                using var part = NewDisposeScope();
                var values = z_ND.narrow(0, first, Math.Min(rows, z_ND.shape[0] - first)).to_type(ScalarType.Float64);
                if (sum is null)
                {
                    sum = sumOf(values).MoveToOuterDisposeScope();
                }
                else
                {
                    sum.Plus_(sumOf(values));
                }
            }

            return sum!;
        }
    }

    /// <summary>Centers and scales features: [N, D], fp32. For many images, scale a batch at a time.</summary>
    public Tensor Apply(Tensor z_ND)
    {
        using var scope = NewDisposeScope();
        using var mean_D = Mean_D.to(z_ND.device);
        return z_ND.to_type(ScalarType.Float64).sub(mean_D).Over_(Scale).to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>Converts a classifier of scaled features to one of unscaled features with the same logits.</summary>
    public LinearClassifier Fold(LinearClassifier scaled)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var weight_KD = scaled.Weight_KD.to_type(ScalarType.Float64).Over(Scale);
        var bias_K = scaled.Bias_K.to_type(ScalarType.Float64).sub(weight_KD.mv(Mean_D.to(weight_KD.device)));
        return new LinearClassifier(
            weight_KD.to_type(ScalarType.Float32).MoveToOuterDisposeScope(), bias_K.to_type(ScalarType.Float32).MoveToOuterDisposeScope());
    }

    public void Dispose() => Mean_D.Dispose();
}
