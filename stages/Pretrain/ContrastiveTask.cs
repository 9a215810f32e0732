using Stages.Imaging.Augmentation;
using Stages.Imaging.Loading;
using Stages.Learning.Losses;
using Stages.Learning.Networks;
using Stages.Learning.Randomness;
using Stages.Learning.Training;
using static TorchSharp.torch;

namespace Stages.Pretrain;

/// <summary>A step of pretraining: two views of every image of the batch, one forward pass, NT-Xent.</summary>
internal sealed class ContrastiveTask(
    ContrastiveNetwork network, ImageBank bank, KeyMemory? memory, PretrainOptions options, Compute compute, RandomKey random)
    : TrainingTask
{
    private readonly BatchPlan _batches = new(random, bank.Images.Count, options.Training.BatchSize);
    private readonly KnnMonitor? _monitor = KnnMonitor.For(bank, compute);

    public override nn.Module Network => network;

    public override int ItemsPerStep => options.Training.BatchSize;

    public override IReadOnlyDictionary<string, Tensor> Memory => memory?.State ?? base.Memory;

    public override double EpochOf(long step) => _batches.EpochsAfter(step);

    public override Tensor Loss(long step)
    {
        using var scope = NewDisposeScope();
        var samples = _batches.At(step);
        var images_NCHW = bank.Take(samples.Select(sample => sample.Index));
        // Both views in one pass, so that batch norm sees both (SimCLRv2's model.py).
        var views = samples.Select(sample => sample.View(random, 0)).Concat(samples.Select(sample => sample.View(random, 1)));
        var views_MCHW = ViewMaker.Make(
            cat([images_NCHW, images_NCHW]), options.Views, views.ToArray(), options.LowResolution.SizeAt(step, options.Training.Steps));
        using (compute.Forward())
        {
            var z_MP = network.forward(views_MCHW);
            memory?.Hold(views_MCHW);
            return ContrastiveLoss.NtXent(z_MP, options.Temperature, memory?.KeysAt(step)).MoveToOuterDisposeScope();
        }
    }

    public override void AfterStep(long step) => memory?.Update(network, step);

    public override double? Monitor() => _monitor?.Top1(network.Encoder);
}
