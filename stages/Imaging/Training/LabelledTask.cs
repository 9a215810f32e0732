using Distill.Imaging.Augmentation;
using Distill.Imaging.Loading;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Distill.Imaging.Training;

/// <summary>A step on labelled images: one augmented view each, cross entropy.</summary>
public sealed class LabelledTask : TrainingTask, IDisposable
{
    private readonly nn.Module<Tensor, Tensor> _classifier;
    private readonly Func<nn.Module<Tensor, Tensor>> _another;
    private readonly LabelledImages _labelled;
    private readonly ViewOptions _views;
    private readonly TrainingOptions _training;
    private readonly RandomKey _random;
    private readonly BatchPlan _batches;
    private readonly ViewLoader _loader;

    /// <param name="classifier">On its device.</param>
    /// <param name="another">Makes another network of the same plan, there too.</param>
    /// <param name="labelled">The images and their labels.</param>
    /// <param name="views">How views are made.</param>
    /// <param name="training">Steps and batch.</param>
    /// <param name="random">The stage's key.</param>
    public LabelledTask(
        nn.Module<Tensor, Tensor> classifier,
        Func<nn.Module<Tensor, Tensor>> another,
        LabelledImages labelled,
        ViewOptions views,
        TrainingOptions training,
        RandomKey random)
    {
        (_classifier, _another, _labelled, _views, _training, _random) = (classifier, another, labelled, views, training, random);
        _batches = new BatchPlan(random, labelled.Count, training.BatchSize);
        _loader = labelled.Loader(PlanOf, training.Steps);
    }

    public override nn.Module<Tensor, Tensor> Network => _classifier;

    public override nn.Module<Tensor, Tensor> NewReplica() => _another();

    public override int ItemsPerStep => _training.BatchSize;

    public override double EpochOf(long step) => _batches.EpochsAfter(step);

    public override Tensor Inputs(long step) => _loader.At(step);

    public override Tensor Loss(long step, Tensor outputs)
    {
        using var scope = NewDisposeScope();
        var labels_N = _labelled.Labels(_batches.At(step).Select(sample => sample.Index));
        return nn.functional.cross_entropy(outputs, labels_N).MoveToOuterDisposeScope();
    }

    public void Dispose() => _loader.Dispose();

    private ViewBatch PlanOf(long step) =>
        new([.. _batches.At(step).Select(sample => _labelled.Draw(sample.Index, _views.Crop, KeyOf(sample)))]) { Operations = _views.Operations };

    private RandomKey KeyOf(Sample sample) => sample.View(_random, 0);
}
