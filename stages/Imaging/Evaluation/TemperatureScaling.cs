// N images, K classes
using Distill.Learning.Arithmetic;
using static TorchSharp.torch;

namespace Distill.Imaging.Evaluation;

/// <summary>
/// Calibrates a classifier with one number T: its probabilities become softmax(z / T). T minimizes the negative log likelihood on labels
/// that no network was trained on (Guo et al. 2017, arXiv:1706.04599, section 4.2). No prediction changes.
/// </summary>
public static class TemperatureScaling
{
    /// <summary>Lower bound of T; a classifier without errors would have T = 0.</summary>
    public const double Lowest = 0.05;

    /// <summary>Upper bound of T; a classifier that knows nothing would have an infinite T.</summary>
    public const double Highest = 20;

    // Halves the interval to less than the rounding of an fp64 number.
    private const int Bisections = 60;

    // A result this close to a bound means that there is no minimum between the bounds.
    private const double BoundMargin = 1.0001;

    /// <summary>Fits T.</summary>
    /// <param name="logits_NK">Logits of at least one image.</param>
    /// <param name="labels_N">True classes, int64, on the same device.</param>
    /// <returns>T; null if the likelihood has no maximum between the bounds, for example if all or no predictions are right.</returns>
    public static double? Fit(Tensor logits_NK, Tensor labels_N)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var z_NK = logits_NK.to_type(ScalarType.Float64);
        var own_N1 = z_NK.gather(1, labels_N.unsqueeze(1));

        // The likelihood is concave in 1 / T, so its slope changes sign only once, and bisection finds where.
        var (low, high) = (Math.Log(Lowest), Math.Log(Highest));
        for (var i = 0; i < Bisections; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = Slope(z_NK, own_N1, Math.Exp(-middle)) > 0 ? (middle, high) : (low, middle);
        }

        var found = Math.Exp((low + high) / 2);
        return found is > Lowest * BoundMargin and < Highest / BoundMargin ? found : null;
    }

    /// <summary>Returns the mean negative log likelihood of the labels at a temperature, in nats.</summary>
    public static double Loss(Tensor logits_NK, Tensor labels_N, double temperature)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        return nn.functional.cross_entropy(logits_NK.to_type(ScalarType.Float64).Over(temperature), labels_N).ReadDouble();
    }

    /// <summary>
    /// Returns the derivative of the negative log likelihood by β = 1 / T. It is the mean over images of E_p[z] minus the label's z,
    /// where p = softmax(βz).
    /// </summary>
    private static double Slope(Tensor z_NK, Tensor own_N1, double beta)
    {
        using var scope = NewDisposeScope();
        var p_NK = z_NK.Times(beta).softmax(1);
        return p_NK.mul(z_NK).sum(1, keepdim: true).Plus(own_N1, -1).mean().ReadDouble();
    }
}
