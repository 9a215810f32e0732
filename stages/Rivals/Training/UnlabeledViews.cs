// N unlabeled images of a step, V views of each, C channels, H height, W width
using Distill.Imaging.Augmentation;
using Distill.Imaging.Loading;
using Distill.Imaging.Training;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Distill.Rivals.Training;

/// <summary>The views of a step's unlabeled images: one or two of each, which are neighbors in the batch.</summary>
internal sealed class UnlabeledViews : IDisposable
{
    private readonly IAdversary? _adversary;
    private readonly RandomKey _random;
    private readonly ViewLoader[] _loaders;
    private readonly MixedRows? _rows;

    /// <param name="images">The split's images.</param>
    /// <param name="options">The method, weak augmentations and training.</param>
    /// <param name="random">Draws images and views.</param>
    public UnlabeledViews(LabeledImages images, RivalOptions options, RandomKey random)
    {
        var count = options.Training.BatchSize * options.Method.Ratio;
        var plan = new BatchPlan(random, images.SplitCount, count);
        (_adversary, _random) = (options.Method.Adversary, random);
        var views = options.Method.Views(options.Augmentations);
        Rows = count * views.Count;
        // The views that an adversary changes are the other ones, so they are loaded once.
        _loaders =
        [
            .. (_adversary is null ? views : views.Take(1)).Select((augmentations, view) =>
                images.Loader(step => ViewsOf(step, augmentations, view), options.Training.Steps)),
        ];
        // Two parts or more spread the second views evenly, which puts each behind the first one.
        _rows = views.Count == 2 ? new MixedRows(count, count, parts: 2) : null;

        ViewBatch ViewsOf(long step, AugmentationOptions augmentations, int view) =>
            new([.. plan.At(step).Select(sample => images.DrawOfSplit(sample.Index, augmentations.Crop, sample.View(random, view)))])
            {
                Operations = augmentations.Operations,
            };
    }

    /// <summary>N · V.</summary>
    public int Rows { get; }

    /// <summary>Loads the views of a step.</summary>
    /// <param name="network">The network that trains, for an adversary.</param>
    /// <param name="step">The step, from 0.</param>
    /// <param name="share">The rows of this process.</param>
    public StepInputs Inputs(nn.Module<Tensor, Tensor> network, long step, BatchShare share)
    {
        var first = _loaders[0].InputsAt(step, share);
        return _rows is null ? first
            : _adversary is null ? new MixedInputs(_rows, first, _loaders[1].InputsAt(step, share))
            : new MixedInputs(_rows, first, new ChangedViews(first, Changed(network, step, first)));
    }

    /// <summary>Takes outputs of the rows of all views apart: [N, …] for each view.</summary>
    public static IReadOnlyList<Tensor> Split(Tensor outputs, int views) =>
        [.. Enumerable.Range(0, views).Select(view => outputs.slice(0, view, outputs.shape[0], views))];

    public void Dispose()
    {
        foreach (var loader in _loaders)
        {
            loader.Dispose();
        }
    }

    private Tensor Changed(nn.Module<Tensor, Tensor> network, long step, StepInputs views)
    {
        using var views_NCHW = views.All();
        var noise = _random.Fold("noise").Fold(step);
        RandomKey[] keys = [.. Enumerable.Range(0, (int)views.Rows).Select(row => noise.Fold(views.FirstInBatch + row))];
        return _adversary!.Change(network, views_NCHW, keys).DetachFromDisposeScope();
    }

    /// <summary>Views of the same share as others, in memory.</summary>
    /// <param name="like">The other views.</param>
    /// <param name="rows">The views of the share; owned by this object.</param>
    private sealed class ChangedViews(StepInputs like, Tensor rows) : StepInputs
    {
        public override long BatchRows { get; } = like.BatchRows;

        public override BatchShare Share { get; } = like.Share;

        public override Tensor Part(long first, long count) => rows.narrow(0, first, count);

        protected override void Dispose(bool disposing) => rows.Dispose();
    }
}
