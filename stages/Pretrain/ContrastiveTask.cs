// M = 2N views of N images, C channels, H height, W width
using Distill.Imaging.Loading;
using Distill.Learning.Arithmetic;
using Distill.Learning.Losses;
using Distill.Learning.Networks;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Distill.Pretrain;

/// <summary>The training task of pretraining: two views per image in one batch, with the NT-Xent loss.</summary>
internal sealed class ContrastiveTask : TrainingTask, IDisposable
{
    // In a small run on Fashion-MNIST the spread was 0.15 after ten steps and 0.8 at the end. A collapse is an order of magnitude smaller.
    private const double CollapsedSpread = 0.02;

    // Features of a new network may be close to each other, so a collapse shows after some training only.
    private const int CollapseVisibleFrom = 10;

    private readonly ContrastiveNetwork _network;
    private readonly ImageBank _bank;
    private readonly KeyQueue? _queue;
    private readonly PretrainOptions _options;
    private readonly Compute _compute;
    private readonly RandomKey _random;
    private readonly BatchPlan _batches;
    private readonly ViewOrder _order;
    private readonly ViewLoader _loader;
    private readonly KnnMonitor? _neighbors;
    private readonly EmbeddingMonitor _embeddings;
    private readonly ChanceWatch _chance;
    private bool _collapseNoted;
    private IReadOnlyDictionary<string, double>? _monitored;

    /// <param name="network">The network to train, on its device.</param>
    /// <param name="bank">The training images.</param>
    /// <param name="queue">Past keys as additional negatives; null for none.</param>
    /// <param name="options">Augmentations, temperature, steps and batch size.</param>
    /// <param name="compute">Device and arithmetic.</param>
    /// <param name="random">The random key of the stage.</param>
    public ContrastiveTask(
        ContrastiveNetwork network, ImageBank bank, KeyQueue? queue, PretrainOptions options, Compute compute, RandomKey random)
    {
        (_network, _bank, _queue, _options, _compute, _random) = (network, bank, queue, options, compute, random);
        _batches = new BatchPlan(random, bank.Images.Count, options.Training.BatchSize);
        _order = new ViewOrder(random, options.Training.BatchSize, options.Training.Groups);
        _loader = new ViewLoader(bank, PlanOf, options.Training.Steps);
        _neighbors = KnnMonitor.Create(bank, compute);
        _embeddings = new EmbeddingMonitor(bank, options.Augmentations, compute.InFp32, random);
        _chance = new ChanceWatch(options.Training.Steps, options.Training.Optimizer.WarmupFraction);
    }

    public override nn.Module<Tensor, Tensor> Network => _network;

    public override int ItemsPerStep => _options.Training.BatchSize;

    public override IReadOnlyDictionary<string, Tensor> ExtraState => _queue?.State ?? base.ExtraState;

    public override double EpochOf(long step) => _batches.EpochsAfter(step);

    /// <summary>The last values of <see cref="Monitor"/>. They are measured now if a resumed run had no step left.</summary>
    public IReadOnlyDictionary<string, double> LastMonitored => _monitored ?? Monitor();

    public override nn.Module<Tensor, Tensor> NewReplica() =>
        ContrastiveNetwork.Create(_options.Network, _options.Head, _bank.Images.Shape.Channels, _compute, random: null);

    /// <summary>
    /// Loads the first views of all images, then the second ones. In one group, batch norm sees both (SimCLRv2's model.py); with two
    /// groups, it sees them separately. With more groups, the second views have another order (<see cref="ViewOrder"/>).
    /// </summary>
    public override StepInputs Inputs(long step, BatchShare share)
    {
        var views = _loader.InputsAt(step, share);
        _queue?.Hold(views);
        return views;
    }

    public override Tensor Loss(long step, Tensor outputs)
    {
        using var scope = NewDisposeScope();
        var positive_M = _order.PositivesAt(step) is { } places ? tensor(places).OnDevice(_compute.Device) : null;
        return ContrastiveLoss.NtXent(outputs, _options.Temperature, _queue?.Keys(), positive_M).MoveToOuterDisposeScope();
    }

    public override void AfterStep(long step) => _queue?.Update(_network, step);

    public override IReadOnlyDictionary<string, double> Monitor()
    {
        var measured = _embeddings.Measure(_network).ToDictionary();
        if (_neighbors is not null)
        {
            measured["knn"] = _neighbors.Top1(_network.Encoder);
        }

        _monitored = measured;
        return measured;
    }

    /// <summary>The loss of guessing among all candidates for a view's partner: ln(2N − 1 + past keys), with no step skipped.</summary>
    public override double? ChanceLoss(long step)
    {
        var views = 2 * _options.Training.BatchSize;
        var pastKeys = _options.Queue.Size > 0 ? Math.Min(step * views, _options.Queue.Size) : 0;
        return Math.Log(views - 1 + pastKeys);
    }

    public override string? Anomaly(long step, IReadOnlyList<double> losses, IReadOnlyDictionary<string, double> monitored)
    {
        if (monitored["spread"] < CollapsedSpread && step >= CollapseVisibleFrom)
        {
            var first = !_collapseNoted;
            _collapseNoted = true;
            return !first ? null : FormattableString.Invariant(
                $"the features have collapsed: their spread is {monitored["spread"]:0.000} (healthy: near 1). ")
                + "Lower pretrain.optimizer.learningRate, or raise pretrain.optimizer.warmupFraction; "
                + "./distill data check shows whether the images are alike";
        }

        var chance = ChanceLoss(step - 1)!.Value;
        return _chance.Observe(step, losses, chance)
            ? FormattableString.Invariant($"the loss is {losses.Average():0.000} on average, no better than guessing ({chance:0.000}). ")
                + "Inspect the images with ./distill data check and the views with ./distill data views, "
                + "and check pretrain.optimizer.learningRate"
            : null;
    }

    public void Dispose() => _loader.Dispose();

    private ViewBatch PlanOf(long step) => new(
        [.. BothViews(step).Select(view => _bank.Draw(view.Image, _options.Augmentations.Crop, view.Key))],
        _options.LowResolution.SizeAt(step, _options.Training.Steps))
    { Operations = _options.Augmentations.Operations };

    /// <summary>The first views of the step's images, then the second ones.</summary>
    private IEnumerable<(int Image, RandomKey Key)> BothViews(long step)
    {
        var first = _batches.At(step);
        var second = _order.At(step) is { } order ? order.Select(image => first[image]) : first;
        return first.Select(sample => (sample.Index, sample.View(_random, 0)))
            .Concat(second.Select(sample => (sample.Index, sample.View(_random, 1))));
    }
}
