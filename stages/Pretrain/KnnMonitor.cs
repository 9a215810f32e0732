using Distill.Datasets.Images;
using Distill.Imaging.Evaluation;
using Distill.Imaging.Loading;
using Distill.Learning.Networks;
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Distill.Pretrain;

/// <summary>
/// Shows while pretraining runs whether the features become useful: kNN accuracy among training images alone. It reads
/// those images' labels, beyond the fraction that the later stages may use, and so decides nothing: it is only shown.
/// </summary>
internal sealed class KnnMonitor
{
    private const int MaximumBank = 10_000;
    private const int MaximumQueries = 2_000;

    private readonly ImageBank _bank;
    private readonly Compute _compute;
    private readonly int[] _voters;
    private readonly int[] _queries;

    private KnnMonitor(ImageBank bank, Compute compute, int[] labeled)
    {
        (_bank, _compute) = (bank, compute);
        // Spread evenly, so that a set sorted by class is sampled in all its classes.
        var queries = Math.Min(MaximumQueries, labeled.Length / 3);
        _queries = Spread(labeled, queries);
        _voters = Spread([.. labeled.Except(_queries)], MaximumBank);
    }

    /// <summary>A monitor, or null for a set without enough labels to say anything.</summary>
    public static KnnMonitor? For(ImageBank bank, Compute compute)
    {
        var labels = bank.Images.Labels;
        var labeled = Enumerable.Range(0, labels.Count).Where(i => labels[i] != ImageSet.Unlabeled).ToArray();
        return labeled.Length < 100 ? null : new KnnMonitor(bank, compute, labeled);
    }

    /// <summary>Top-1 in percent.</summary>
    public double Top1(ResNet encoder)
    {
        using var scope = NewDisposeScope();
        return NearestNeighbors.Top1(
            Inference.Run(encoder, _bank, _voters, _compute),
            _bank.Labels(_voters),
            Inference.Run(encoder, _bank, _queries, _compute),
            _bank.Labels(_queries),
            _bank.Images.ClassNames.Count);
    }

    private static int[] Spread(int[] all, int count)
    {
        var taken = Math.Min(count, all.Length);
        return [.. Enumerable.Range(0, taken).Select(i => all[(long)i * all.Length / taken])];
    }
}
