// N rows of features, D features, K classes, F folds
using Distill.Learning.Arithmetic;
using Distill.Learning.Randomness;
using static TorchSharp.torch;

namespace Distill.Imaging.Evaluation.Probes;

/// <summary>
/// A logistic probe whose L2 strength is chosen by cross-validation: every image is held out once. It suits few labels, of which one
/// held-out fifth is too few to choose by. The likelihood chooses, because the probe's probabilities become soft targets.
/// </summary>
public static class CrossValidatedProbe
{
    /// <summary>The strength per feature when no image can be held out because no class has two.</summary>
    private const double StrengthPerFeature = 0.1;

    /// <summary>Chooses the strength and fits the probe to all rows.</summary>
    /// <param name="z_ND">Features; several rows may be views of one image.</param>
    /// <param name="labels">Class of each row.</param>
    /// <param name="images">Image of each row; its rows are held out together, and accuracy is measured on the first.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="key">Key that draws the folds.</param>
    /// <param name="folds">F, at least 2.</param>
    /// <param name="options">Strengths to try, and the solver.</param>
    /// <param name="report">Called after each fold with the number done so far.</param>
    /// <param name="cancellation">Stops between two strengths.</param>
    public static CrossValidatedResult Fit(
        Tensor z_ND, IReadOnlyList<long> labels, IReadOnlyList<int> images, int classes, RandomKey key, int folds,
        LogisticProbeOptions options, Action<int>? report = null, CancellationToken cancellation = default)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var labels_N = tensor(labels.ToArray(), device: z_ND.device);
        var foldOf = DrawFolds(labels, images, key, folds);
        var firstRows = images.Index().DistinctBy(row => row.Item).Select(row => row.Index).ToHashSet();
        double[] strengths = [.. options.Strengths.OrderDescending()];
        var (loss, right, held) = (new double[strengths.Length], new double[strengths.Length], 0);
        for (var fold = 0; fold < folds; fold++)
        {
            int[] heldRows = [.. Enumerable.Range(0, labels.Count).Where(row => foldOf[images[row]] == fold)];
            if (heldRows.Length > 0)
            {
                var results = Sweep(z_ND, labels_N, heldRows, firstRows, classes, strengths, options, cancellation);
                for (var i = 0; i < strengths.Length; i++)
                {
                    loss[i] += results[i].Loss;
                    right[i] += results[i].Right;
                }

                held += heldRows.Count(firstRows.Contains);
            }

            report?.Invoke(fold + 1);
        }

        // Of equal ones, the strongest: it comes first.
        var best = Array.IndexOf(loss, loss.Min());
        var strength = held > 0 ? strengths[best] : StrengthPerFeature * z_ND.shape[1];
        var fit = SoftmaxRegression.Fit(z_ND, labels_N, classes, strength, options.Solver);
        var classifier = SoftmaxRegression.Classifier(fit.X, classes);
        classifier.Weight_KD.MoveToOuterDisposeScope();
        classifier.Bias_K.MoveToOuterDisposeScope();
        return new CrossValidatedResult(classifier, strength, held > 0 ? 100 * right[best] / held : null);
    }

    /// <summary>Assigns images to folds, evenly within each class. A class's only image is never held out: it has fold −1.</summary>
    private static Dictionary<int, int> DrawFolds(IReadOnlyList<long> labels, IReadOnlyList<int> images, RandomKey key, int folds)
    {
        var foldOf = new Dictionary<int, int>();
        var classes = images.Zip(labels).DistinctBy(pair => pair.First).GroupBy(pair => pair.Second, pair => pair.First);
        foreach (var (members, number) in classes.OrderBy(members => members.Key).Select((members, number) => (members, number)))
        {
            int[] drawn = [.. members];
            var order = key.Fold(members.Key).Permutation(drawn.Length);
            for (var i = 0; i < drawn.Length; i++)
            {
                // Classes begin at different folds, so that folds have about the same size.
                foldOf[drawn[order[i]]] = drawn.Length > 1 ? (i + number) % folds : -1;
            }
        }

        return foldOf;
    }

    private static (double Loss, double Right)[] Sweep(
        Tensor z_ND, Tensor labels_N, int[] heldRows, HashSet<int> firstRows, int classes, double[] strengths,
        LogisticProbeOptions options, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        var (heldZ, heldLabels) = Rows(heldRows);
        var (fittedZ, fittedLabels) = Rows([.. Enumerable.Range(0, (int)z_ND.shape[0]).Except(heldRows)]);
        var measured = tensor(Array.ConvertAll(heldRows, firstRows.Contains), device: z_ND.device);
        Tensor? before = null;
        return [.. strengths.Select(strength =>
        {
            cancellation.ThrowIfCancellationRequested();
            before = SoftmaxRegression.Fit(fittedZ, fittedLabels, classes, strength, options.Sweeping, before).X;
            using var classifier = SoftmaxRegression.Classifier(before, classes);
            var logits_NK = classifier.Logits(heldZ).to_type(ScalarType.Float64);
            var loss = nn.functional.cross_entropy(logits_NK, heldLabels, reduction: nn.Reduction.Sum).ReadDouble();
            return (loss, logits_NK.argmax(1).eq(heldLabels).logical_and(measured).sum().ReadInt64() * 1.0);
        })];

        (Tensor Z, Tensor Labels) Rows(int[] rows)
        {
            var index = tensor(Array.ConvertAll(rows, row => (long)row), device: z_ND.device);
            return (z_ND.index_select(0, index), labels_N.index_select(0, index));
        }
    }
}

/// <summary>A probe and how its strength was chosen.</summary>
/// <param name="Classifier">Fitted to all rows.</param>
/// <param name="Strength">The chosen λ.</param>
/// <param name="HeldOutTop1">
/// Accuracy on the first rows of the held-out images at this λ, in percent; null if nothing could be held out. The same folds chose λ, so
/// it is a little too high.
/// </param>
public sealed record CrossValidatedResult(LinearClassifier Classifier, double Strength, double? HeldOutTop1) : IDisposable
{
    public void Dispose() => Classifier.Dispose();
}
