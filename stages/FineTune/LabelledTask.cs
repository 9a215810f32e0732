using Stages.Imaging.Augmentation;
using Stages.Imaging.Loading;
using Stages.Learning.Randomness;
using Stages.Learning.Training;
using static TorchSharp.torch;

namespace Stages.FineTune;

/// <summary>A step on labelled images: one augmented view each, cross entropy.</summary>
internal sealed class LabelledTask(
    nn.Module<Tensor, Tensor> classifier,
    LabelledImages labelled,
    ViewOptions views,
    TrainingOptions training,
    Compute compute,
    RandomKey random) : TrainingTask
{
    private readonly BatchPlan _batches = new(random, labelled.Count, training.BatchSize);

    public override nn.Module Network => classifier;

    public override int ItemsPerStep => training.BatchSize;

    public override double EpochOf(long step) => _batches.EpochsAfter(step);

    public override Tensor Loss(long step)
    {
        using var scope = NewDisposeScope();
        var samples = _batches.At(step);
        var (images_NCHW, labels_N) = labelled.Take([.. samples.Select(sample => sample.Index)]);
        var view_NCHW = ViewMaker.Make(images_NCHW, views, samples.Select(sample => sample.View(random, 0)).ToArray());
        using (compute.Forward())
        {
            var logits_NK = classifier.forward(view_NCHW).to_type(ScalarType.Float32);
            return nn.functional.cross_entropy(logits_NK, labels_N).MoveToOuterDisposeScope();
        }
    }
}
