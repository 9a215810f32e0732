// N images, D features, K classes, P = K·D + K parameters
using Distill.Learning.Arithmetic;
using static TorchSharp.torch;

namespace Distill.Imaging.Evaluation.Probes;

/// <summary>
/// Multinomial logistic regression with an L2 penalty on the weights but not on the biases. It minimizes
/// Σ_n −ln softmax(W z_n + b)[y_n] + λ/2 · ‖W‖². The loss is summed over images, not averaged, so λ is 1/C of scikit-learn's
/// <c>LogisticRegression</c>.
/// </summary>
internal static class SoftmaxRegression
{
    /// <summary>Fits W and b.</summary>
    /// <param name="z_ND">Features of any floating type; converted to fp64.</param>
    /// <param name="labels_N">Classes of the images, int64, on the same device.</param>
    /// <param name="classes">Number of classes. The bias of a class without images falls with every step.</param>
    /// <param name="strength">λ, at least 0.</param>
    /// <param name="solver">Stopping criteria. The tolerance is compared with the gradient of the objective divided by N.</param>
    /// <param name="start_P">First point, as in a fit's <see cref="LbfgsMinimum.X"/>; zeros if null.</param>
    /// <returns>W and then b as one vector of K·D + K numbers, and the objective divided by N.</returns>
    public static LbfgsMinimum Fit(
        Tensor z_ND, Tensor labels_N, int classes, double strength, LbfgsOptions solver, Tensor? start_P = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(strength);
        if (z_ND.dim() != 2 || z_ND.numel() == 0 || !labels_N.shape.SequenceEqual([z_ND.shape[0]]))
        {
            throw new ArgumentException(
                $"found shapes [{string.Join(", ", z_ND.shape)}] and [{string.Join(", ", labels_N.shape)}], "
                + "expected features [N, D] of at least one image and labels [N]");
        }

        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var wide_ND = z_ND.to_type(ScalarType.Float64);
        var label_N1 = labels_N.unsqueeze(1);
        var start = start_P ?? zeros(classes * (z_ND.shape[1] + 1), ScalarType.Float64, z_ND.device);
        var minimum = Lbfgs.Minimize(flat_P => Objective(wide_ND, label_N1, classes, strength, flat_P), start, solver);
        minimum.X.MoveToOuterDisposeScope();
        return minimum;
    }

    /// <summary>Copies W and b of a fit to new tensors in fp32.</summary>
    /// <param name="flat_P">W and b as <see cref="Fit"/> returns them.</param>
    /// <param name="classes">K.</param>
    public static LinearClassifier Classifier(Tensor flat_P, int classes)
    {
        using var scope = NewDisposeScope();
        var (weight_KD, bias_K) = Split(flat_P, classes);
        return new LinearClassifier(
            weight_KD.to(ScalarType.Float32, copy: true).MoveToOuterDisposeScope(),
            bias_K.to(ScalarType.Float32, copy: true).MoveToOuterDisposeScope());
    }

    private static (double Value, Tensor Gradient) Objective(
        Tensor z_ND, Tensor label_N1, int classes, double strength, Tensor flat_P)
    {
        using var scope = NewDisposeScope();
        var (weight_KD, bias_K) = Split(flat_P, classes);
        var logProbability_NK = nn.functional.linear(z_ND, weight_KD, bias_K).log_softmax(1);
        var loss = logProbability_NK.gather(1, label_N1).sum().neg();
        var penalty = weight_KD.Squared().sum().Times(strength / 2);
        // The gradient of the logits in closed form: the probabilities, minus 1 at the true class.
        var residual_NK = logProbability_NK.exp_().scatter_add_(1, label_N1, NewTensors.FullLike(label_N1, -1, ScalarType.Float64));
        var weightGradient_KD = residual_NK.t().mm(z_ND).Plus_(weight_KD, alpha: strength);
        var gradient_P = cat([weightGradient_KD.view(-1), residual_NK.sum(dim: 0)]).Over_(z_ND.shape[0]);
        return (loss.Plus(penalty).ReadDouble() / z_ND.shape[0], gradient_P.MoveToOuterDisposeScope());
    }

    private static (Tensor Weight_KD, Tensor Bias_K) Split(Tensor flat_P, int classes)
    {
        var weights = flat_P.shape[0] - classes;
        return (flat_P.narrow(0, 0, weights).view(classes, -1), flat_P.narrow(0, weights, classes));
    }
}
