// N images, D features, K classes, P parameters
using Distill.Learning.Arithmetic;
using Distill.Learning.Randomness;
using static TorchSharp.torch;

namespace Distill.Imaging.Evaluation.Probes;

/// <summary>
/// The linear probe of SimCLR's transfer experiments (appendix B.8): logistic regression by L-BFGS on frozen features. Its L2 strength is
/// chosen on held-out training images. Center and scale the features before (<see cref="FeatureScale"/>).
/// </summary>
public static class LogisticProbe
{
    /// <summary>Holds out a balanced part, which the key draws, and fits a probe.</summary>
    /// <inheritdoc cref="Fit(Tensor, Tensor, int, IReadOnlyList{int}, LogisticProbeOptions, Action{int}?)"/>
    public static LogisticProbeResult Fit(
        Tensor z_ND, Tensor labels_N, int classes, RandomKey key, LogisticProbeOptions options, Action<int>? report = null) =>
        Fit(z_ND, labels_N, classes, HeldOut.Balanced(ToArray(labels_N), options.HeldOutShare, key), options, report);

    /// <summary>
    /// Tries the strengths from the strongest to the weakest, each from the solution before it. The one with the highest held-out top-1
    /// (the strongest of equal ones) is then fitted to all images.
    /// </summary>
    /// <param name="z_ND">Features of the training images. Two copies in fp64 exist during the fit.</param>
    /// <param name="labels_N">Classes of the images, int64, on the same device.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="heldOut">Positions of the images on which the strength is chosen; at least one, and not all.</param>
    /// <param name="options">Strengths to try, and the solver.</param>
    /// <param name="report">Called after each strength with the number tried so far; may throw to stop.</param>
    /// <exception cref="ArgumentException">No image or every image is held out, or there are no strengths.</exception>
    public static LogisticProbeResult Fit(
        Tensor z_ND, Tensor labels_N, int classes, IReadOnlyList<int> heldOut, LogisticProbeOptions options, Action<int>? report = null)
    {
        var images = (int)z_ND.shape[0];
        int[] fitted = [.. Enumerable.Range(0, images).Except(heldOut)];
        if (heldOut.Count == 0 || fitted.Length == 0 || options.Strengths.Count == 0)
        {
            throw new ArgumentException(
                $"found {fitted.Length} images to fit, {heldOut.Count} held out and {options.Strengths.Count} strengths, "
                + "expected at least one of each");
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

    private static (Tensor Z, Tensor Labels) Take(Tensor z_ND, Tensor labels_N, IEnumerable<int> positions)
    {
        var index = tensor(positions.Select(position => (long)position).ToArray(), device: z_ND.device);
        return (z_ND.index_select(0, index), labels_N.index_select(0, index));
    }

    private static long[] ToArray(Tensor labels_N)
    {
        using var scope = NewDisposeScope();
        return labels_N.ReadAll<long>();
    }
}

/// <summary>A probe and how its strength was chosen.</summary>
/// <param name="Classifier">Fitted at the chosen strength to all images, including those held out.</param>
/// <param name="Strength">The chosen λ.</param>
/// <param name="Converged">Whether the last fit reached its tolerance.</param>
/// <param name="Sweep">All strengths that were tried, strongest first.</param>
public sealed record LogisticProbeResult(
    LinearClassifier Classifier, double Strength, bool Converged, IReadOnlyList<SweepPoint> Sweep) : IDisposable
{
    public void Dispose() => Classifier.Dispose();
}

/// <summary>One strength of a probe's sweep.</summary>
/// <param name="Strength">λ.</param>
/// <param name="HeldOutTop1">Accuracy on the held-out images, in percent.</param>
/// <param name="Iterations">Iterations of L-BFGS, which started from the solution of the next stronger λ.</param>
/// <param name="Converged">Whether the fit reached its tolerance.</param>
public sealed record SweepPoint(double Strength, double HeldOutTop1, int Iterations, bool Converged);
