using Distill.Learning.Arithmetic;
using Distill.Learning.Randomness;
using static TorchSharp.torch;

namespace Distill.Imaging.Evaluation.Probes;

/// <summary>
/// The linear probe of SimCLR's transfer experiments (appendix B.8): logistic regression by L-BFGS on frozen features, its L2 strength
/// chosen on held-out training images. Features are taken as they are, neither centered nor scaled.
/// </summary>
public static class LogisticProbe
{
    /// <summary>Holds out a balanced part that the key draws.</summary>
    /// <inheritdoc cref="Fit(Tensor, Tensor, int, IReadOnlyList{int}, LogisticProbeOptions, Action{int}?)"/>
    public static LogisticProbeResult Fit(
        Tensor z_ND, Tensor labels_N, int classes, RandomKey key, LogisticProbeOptions options, Action<int>? report = null) =>
        Fit(z_ND, labels_N, classes, HeldOut.Balanced(Numbers(labels_N), options.HeldOutShare, key), options, report);

    /// <summary>
    /// Tries the strengths from the strongest to the weakest, each from the solution before it, takes the one of the highest held-out
    /// top-1 (of equal ones, the strongest), and fits it to all images.
    /// </summary>
    /// <param name="z_ND">Features of the training images. Kept twice in fp64 while fitting.</param>
    /// <param name="labels_N">Their classes, int64, on the same device.</param>
    /// <param name="classes">K.</param>
    /// <param name="heldOut">Places of the images on which the strength is chosen; neither none nor all.</param>
    /// <param name="options">Strengths and solver.</param>
    /// <param name="report">Called after each strength with how many are tried; may throw to stop.</param>
    /// <exception cref="ArgumentException">No image or every image is held out, or there is no strength to try.</exception>
    public static LogisticProbeResult Fit(
        Tensor z_ND, Tensor labels_N, int classes, IReadOnlyList<int> heldOut, LogisticProbeOptions options, Action<int>? report = null)
    {
        var images = (int)z_ND.shape[0];
        int[] fitted = [.. Enumerable.Range(0, images).Except(heldOut)];
        if (heldOut.Count == 0 || fitted.Length == 0 || options.Strengths.Count == 0)
        {
            throw new ArgumentException(
                $"A sweep needs images to fit, images held out and strengths to try; got {fitted.Length}, {heldOut.Count} and "
                + $"{options.Strengths.Count}.");
        }

        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var wide_ND = z_ND.to_type(ScalarType.Float64);
        var (trainZ, trainLabels) = Take(wide_ND, labels_N, fitted);
        var (heldZ, heldLabels) = Take(z_ND, labels_N, heldOut);
        var sweep = new List<SweepPoint>();
        Tensor? before = null;
        (SweepPoint Point, Tensor Flat_P)? best = null;
        foreach (var strength in options.Strengths.OrderDescending())
        {
            var fit = SoftmaxRegression.Fit(trainZ, trainLabels, classes, strength, options.Sweeping, before);
            using var classifier = SoftmaxRegression.Classifier(fit.X, classes);
            var top1 = Accuracy.Top1(classifier.Logits(heldZ), heldLabels);
            sweep.Add(new SweepPoint(strength, top1, fit.Iterations, fit.Converged));
            best = best is { } b && b.Point.HeldOutTop1 >= top1 ? b : (sweep[^1], fit.X);
            before = fit.X;
            report?.Invoke(sweep.Count);
        }

        var chosen = best!.Value;
        var final = SoftmaxRegression.Fit(
            wide_ND, labels_N, classes, chosen.Point.Strength, options.Solver, chosen.Flat_P);
        var result = SoftmaxRegression.Classifier(final.X, classes);
        result.Weight_KD.MoveToOuterDisposeScope();
        result.Bias_K.MoveToOuterDisposeScope();
        return new LogisticProbeResult(result, chosen.Point.Strength, final.Converged, sweep);
    }

    private static (Tensor Z, Tensor Labels) Take(Tensor z_ND, Tensor labels_N, IEnumerable<int> places)
    {
        var index = tensor(places.Select(place => (long)place).ToArray(), device: z_ND.device);
        return (z_ND.index_select(0, index), labels_N.index_select(0, index));
    }

    private static long[] Numbers(Tensor labels_N)
    {
        using var scope = NewDisposeScope();
        return labels_N.ReadAll<long>();
    }
}
