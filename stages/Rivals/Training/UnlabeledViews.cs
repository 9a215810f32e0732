// N unlabeled images of a step, V views of each, C channels, H height, W width
using Distill.Imaging.Augmentation;
using Distill.Imaging.Loading;
using Distill.Imaging.Training;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Distill.Rivals.Training;

/// <summary>The views of a step's unlabeled images. All views of an image are neighbors in the batch.</summary>
internal sealed class UnlabeledViews : IDisposable
{
    private readonly IReadOnlyList<IViewChange> _changes;
    private readonly RandomKey _random;
    private readonly int _groups;
    private readonly ViewLoader[] _loaders;

    /// <param name="images">The split's images.</param>
    /// <param name="options">The method, weak augmentations and training.</param>
    /// <param name="random">Draws images and views.</param>
    public UnlabeledViews(LabeledImages images, RivalOptions options, RandomKey random)
    {
        var count = options.Training.BatchSize * options.Method.Ratio;
        var plan = new BatchPlan(random, images.SplitCount, count);
        (_changes, _random, _groups) = (options.Method.Changes, random, options.Training.Groups);
        Rows = count * options.Method.ViewsPerImage;
        _loaders =
        [
            .. options.Method.Views(options.Augmentations).Select((augmentations, view) =>
                images.Loader(step => ViewsOf(step, augmentations, view), options.Training.Steps)),
        ];

        ViewBatch ViewsOf(long step, AugmentationOptions augmentations, int view) =>
            new([.. plan.At(step).Select(sample => images.DrawOfSplit(sample.Index, augmentations.Crop, sample.View(random, view)))])
            {
                Operations = augmentations.Operations,
            };
    }

    /// <summary>N · V.</summary>
    public int Rows { get; }

    /// <summary>Loads the views of a step.</summary>
    /// <param name="network">The network that trains, for changes that ask it.</param>
    /// <param name="step">The step, from 0.</param>
    /// <param name="share">The rows of this process.</param>
    public StepInputs Inputs(nn.Module<Tensor, Tensor> network, long step, BatchShare share)
    {
        StepInputs[] views = [.. _loaders.Select(loader => loader.InputsAt(step, share))];
        return views.Length + _changes.Count == 1 ? views[0] : new InterleavedInputs([.. views, .. Changed(network, step, views[0])]);
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

    private ChangedViews[] Changed(nn.Module<Tensor, Tensor> network, long step, StepInputs views)
    {
        if (_changes.Count == 0)
        {
            return [];
        }

        return [.. _changes.Select(change => new ChangedViews(views, Changed(change)))];

        // A group at a time, since each has batch norm statistics of its own, whatever process computes it.
        Tensor Changed(IViewChange change)
        {
            using var scope = NewDisposeScope();
            var groups = Math.Max(1, _groups / views.Share.Ranks);
            var noise = _random.Fold("noise").Fold(step);
            return cat([.. Enumerable.Range(0, groups).Select(group =>
            {
                using var inner = NewDisposeScope();
                var (first, end) = (views.FirstOf(group, groups), views.FirstOf(group + 1, groups));
                RandomKey[] keys = [.. Enumerable.Range(0, (int)(end - first)).Select(row => noise.Fold(views.FirstInBatch + first + row))];
                return change.Change(network, views.Part(first, end - first), keys).MoveToOuterDisposeScope();
            })]).DetachFromDisposeScope();
        }
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
