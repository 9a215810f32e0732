using Distill.Learning.Arithmetic;
using static TorchSharp.torch;

namespace Distill.Imaging.Evaluation;

/// <summary>
/// One number that makes a classifier as sure as it is right: probabilities are softmax(z / T), and T is the one of least negative log likelihood on
/// labels that nothing was trained on (Guo et al. 2017, arXiv:1706.04599, section 4.2). No image changes its class by it.
/// </summary>
public static class TemperatureScaling
{
    /// <summary>T is sought from here; a classifier without a mistake would have it at 0.</summary>
    public const double Lowest = 0.05;

    /// <summary>To here; one that knows nothing would have it infinite.</summary>
    public const double Highest = 20;

    private const int Halvings = 60;
    private const double BoundMargin = 1.0001;

    /// <param name="logits_NK">Logits of one image or more.</param>
    /// <param name="labels_N">True classes, int64, on the same device.</param>
    /// <returns>T; null where likelihood has no maximum between the bounds, as where every image, or none, is right.</returns>
    public static double? Fit(Tensor logits_NK, Tensor labels_N)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var z_NK = logits_NK.to_type(ScalarType.Float64);
        var own_N1 = z_NK.gather(1, labels_N.unsqueeze(1));

        // The likelihood is concave in 1 / T, so its slope changes sign once, and halving finds where.
        var (low, high) = (Math.Log(Lowest), Math.Log(Highest));
        for (var i = 0; i < Halvings; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = Slope(z_NK, own_N1, Math.Exp(-middle)) > 0 ? (middle, high) : (low, middle);
        }

        var found = Math.Exp((low + high) / 2);
        return found is > Lowest * BoundMargin and < Highest / BoundMargin ? found : null;
    }

    /// <summary>Mean negative log likelihood of the labels at a temperature, in nats.</summary>
    public static double Loss(Tensor logits_NK, Tensor labels_N, double temperature)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        return nn.functional.cross_entropy(logits_NK.to_type(ScalarType.Float64).Over(temperature), labels_N).ReadDouble();
    }

    /// <summary>Of the negative log likelihood, in β = 1 / T: the mean over images of E_p[z] − z of the label, p = softmax(βz).</summary>
    private static double Slope(Tensor z_NK, Tensor own_N1, double beta)
    {
        using var scope = NewDisposeScope();
        var p_NK = z_NK.Times(beta).softmax(1);
        return p_NK.mul(z_NK).sum(1, keepdim: true).Plus(own_N1, -1).mean().ReadDouble();
    }
}
