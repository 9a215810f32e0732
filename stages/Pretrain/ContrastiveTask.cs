using Stages.Imaging.Augmentation;
using Stages.Imaging.Loading;
using Stages.Learning.Losses;
using Stages.Learning.Networks;
using Stages.Learning.Randomness;
using Stages.Learning.Training;
using static TorchSharp.torch;

namespace Stages.Pretrain;

/// <summary>A step of pretraining: two views of every image of the batch, one forward pass, NT-Xent.</summary>
internal sealed class ContrastiveTask : TrainingTask, IDisposable
{
    private readonly ContrastiveNetwork _network;
    private readonly ImageBank _bank;
    private readonly KeyMemory? _memory;
    private readonly PretrainOptions _options;
    private readonly Compute _compute;
    private readonly RandomKey _random;
    private readonly BatchPlan _batches;
    private readonly ViewLoader _loader;
    private readonly KnnMonitor? _monitor;

    public ContrastiveTask(
        ContrastiveNetwork network, ImageBank bank, KeyMemory? memory, PretrainOptions options, Compute compute, RandomKey random)
    {
        (_network, _bank, _memory, _options, _compute, _random) = (network, bank, memory, options, compute, random);
        _batches = new BatchPlan(random, bank.Images.Count, options.Training.BatchSize);
        _loader = new ViewLoader(bank, PlanOf, options.Training.Steps);
        _monitor = KnnMonitor.For(bank, compute);
    }

    public override nn.Module Network => _network;

    public override int ItemsPerStep => _options.Training.BatchSize;

    public override IReadOnlyDictionary<string, Tensor> Memory => _memory?.State ?? base.Memory;

    public override double EpochOf(long step) => _batches.EpochsAfter(step);

    public override Tensor Loss(long step)
    {
        using var scope = NewDisposeScope();
        // Both views in one pass, so that batch norm sees both (SimCLRv2's model.py).
        var keys = BothViews(step).Select(view => view.Key).ToArray();
        var views_MCHW = ViewMaker.Change(_loader.At(step), _options.Views, keys);
        using (_compute.Forward())
        {
            var z_MP = _network.forward(views_MCHW);
            _memory?.Hold(views_MCHW);
            return ContrastiveLoss.NtXent(z_MP, _options.Temperature, _memory?.KeysAt(step)).MoveToOuterDisposeScope();
        }
    }

    public override void AfterStep(long step) => _memory?.Update(_network, step);

    public override double? Monitor() => _monitor?.Top1(_network.Encoder);

    public void Dispose() => _loader.Dispose();

    private ViewBatch PlanOf(long step) => new(
        [.. BothViews(step).Select(view => _bank.Draw(view.Image, _options.Views.Crop, view.Key))],
        _options.LowResolution.SizeAt(step, _options.Training.Steps));

    /// <summary>The first views of the step's images, then the second ones.</summary>
    private IEnumerable<(int Image, RandomKey Key)> BothViews(long step)
    {
        var samples = _batches.At(step);
        return Enumerable.Range(0, 2).SelectMany(view => samples.Select(sample => (sample.Index, sample.View(_random, view))));
    }
}
