using Stages.Imaging.Augmentation;
using Stages.Imaging.Loading;
using Stages.Learning.Randomness;
using Stages.Learning.Training;
using static TorchSharp.torch;

namespace Stages.FineTune;

/// <summary>A step on labelled images: one augmented view each, cross entropy.</summary>
internal sealed class LabelledTask : TrainingTask, IDisposable
{
    private readonly nn.Module<Tensor, Tensor> _classifier;
    private readonly LabelledImages _labelled;
    private readonly ViewOptions _views;
    private readonly TrainingOptions _training;
    private readonly Compute _compute;
    private readonly RandomKey _random;
    private readonly BatchPlan _batches;
    private readonly ViewLoader _loader;

    public LabelledTask(
        nn.Module<Tensor, Tensor> classifier,
        LabelledImages labelled,
        ViewOptions views,
        TrainingOptions training,
        Compute compute,
        RandomKey random)
    {
        (_classifier, _labelled, _views, _training, _compute, _random) = (classifier, labelled, views, training, compute, random);
        _batches = new BatchPlan(random, labelled.Count, training.BatchSize);
        _loader = labelled.Loader(PlanOf, training.Steps);
    }

    public override nn.Module Network => _classifier;

    public override int ItemsPerStep => _training.BatchSize;

    public override double EpochOf(long step) => _batches.EpochsAfter(step);

    public override Tensor Loss(long step)
    {
        using var scope = NewDisposeScope();
        var samples = _batches.At(step);
        var labels_N = _labelled.Labels(samples.Select(sample => sample.Index));
        var view_NCHW = ViewMaker.Change(_loader.At(step), _views, samples.Select(KeyOf).ToArray());
        using (_compute.Forward())
        {
            var logits_NK = _classifier.forward(view_NCHW).to_type(ScalarType.Float32);
            return nn.functional.cross_entropy(logits_NK, labels_N).MoveToOuterDisposeScope();
        }
    }

    public void Dispose() => _loader.Dispose();

    private ViewBatch PlanOf(long step) =>
        new([.. _batches.At(step).Select(sample => _labelled.Draw(sample.Index, _views.Crop, KeyOf(sample)))]);

    private RandomKey KeyOf(Sample sample) => sample.View(_random, 0);
}
