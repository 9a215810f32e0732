using Distill.Datasets.Images;
using Distill.Imaging.Evaluation;
using Distill.Imaging.Loading;
using Distill.Learning.Networks;
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Distill.Pretrain;

/// <summary>
/// Measures during pretraining whether the features become useful: kNN accuracy on training images. It reads more labels than later
/// stages may use, so its result is only shown and never changes the training.
/// </summary>
internal sealed class KnnMonitor
{
    /// <summary>Number of labeled images below which nothing is measured.</summary>
    public const int LeastLabeled = 100;

    private const int MaximumBank = 10_000;
    private const int MaximumQueries = 2_000;
    private const int UsualNeighbors = 200;

    private readonly ImageBank _bank;
    private readonly Compute _compute;
    private readonly int[] _voters;
    private readonly int[] _queries;

    private KnnMonitor(ImageBank bank, Compute compute, int[] labeled)
    {
        (_bank, _compute) = (bank, compute);
        // Evenly spaced, so that a dataset sorted by class is sampled from all classes.
        _queries = EvenlySpaced.Take(labeled, Math.Min(MaximumQueries, labeled.Length / 3));
        _voters = EvenlySpaced.Take([.. labeled.Except(_queries)], MaximumBank);
    }

    /// <summary>Creates a monitor; null if fewer than <see cref="LeastLabeled"/> images have a label.</summary>
    public static KnnMonitor? Create(ImageBank bank, Compute compute)
    {
        var labels = bank.Images.Labels;
        var labeled = Enumerable.Range(0, labels.Count).Where(i => labels[i] != ImageSet.Unlabeled).ToArray();
        return labeled.Length < LeastLabeled ? null : new KnnMonitor(bank, compute, labeled);
    }

    /// <summary>Measures the top-1 accuracy in percent.</summary>
    public double Top1(ResNet encoder)
    {
        using var scope = NewDisposeScope();
        return NearestNeighbors.Top1(
            Inference.Run(encoder, _bank, _voters, _compute),
            _bank.Labels(_voters),
            Inference.Run(encoder, _bank, _queries, _compute),
            _bank.Labels(_queries),
            _bank.Images.ClassNames.Count,
            NeighborsOf(_voters.Length, _bank.Images.ClassNames.Count));
    }

    /// <summary>
    /// Returns k: 200, or as many as a class has voters if they are few. With 1,000 classes, a class has ten of them, and 190 others would
    /// outvote these.
    /// </summary>
    internal static int NeighborsOf(int voters, int classes) => Math.Clamp(voters / classes, 1, UsualNeighbors);
}
