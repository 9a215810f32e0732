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
    /// <summary>Measures the mean and the scale of features.</summary>
    public static FeatureScale Fit(Tensor z_ND)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var wide_ND = z_ND.to_type(ScalarType.Float64);
        var mean_D = wide_ND.mean([0L]);
        var root = Math.Sqrt(wide_ND.sub(mean_D).Squared().mean().ReadDouble());
        return new FeatureScale(mean_D.MoveToOuterDisposeScope(), root > 0 ? root : 1);
    }

    /// <summary>Centers and scales features: [N, D], fp32.</summary>
    public Tensor Apply(Tensor z_ND)
    {
        using var scope = NewDisposeScope();
        return z_ND.to_type(ScalarType.Float64).sub(Mean_D).Over_(Scale).to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>Converts a classifier of scaled features to one of unscaled features with the same logits.</summary>
    public LinearClassifier Fold(LinearClassifier scaled)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var weight_KD = scaled.Weight_KD.to_type(ScalarType.Float64).Over(Scale);
        var bias_K = scaled.Bias_K.to_type(ScalarType.Float64).sub(weight_KD.mv(Mean_D));
        return new LinearClassifier(
            weight_KD.to_type(ScalarType.Float32).MoveToOuterDisposeScope(), bias_K.to_type(ScalarType.Float32).MoveToOuterDisposeScope());
    }

    public void Dispose() => Mean_D.Dispose();
}
