// N images
using Distill.Imaging.Augmentation;
using Distill.Imaging.Loading;
using Distill.Learning.Arithmetic;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Distill.Imaging.Training;

/// <summary>Supervised training: cross entropy on one augmented view of each labeled image.</summary>
public sealed class LabeledTask : TrainingTask, IDisposable
{
    private readonly nn.Module<Tensor, Tensor> _classifier;
    private readonly Func<nn.Module<Tensor, Tensor>> _createReplica;
    private readonly LabeledImages _labeled;
    private readonly AugmentationOptions _views;
    private readonly TrainingOptions _training;
    private readonly RandomKey _random;
    private readonly BatchPlan _batches;
    private readonly ViewLoader _loader;

    /// <summary>Creates the task and its loader.</summary>
    /// <param name="classifier">Network on its device; owned by the caller.</param>
    /// <param name="createReplica">Creates another network of the same architecture on that device.</param>
    /// <param name="labeled">Images and labels; owned by the caller.</param>
    /// <param name="views">Augmentations.</param>
    /// <param name="training">Number of steps and batch size.</param>
    /// <param name="random">Key of the stage.</param>
    public LabeledTask(
        nn.Module<Tensor, Tensor> classifier,
        Func<nn.Module<Tensor, Tensor>> createReplica,
        LabeledImages labeled,
        AugmentationOptions views,
        TrainingOptions training,
        RandomKey random)
    {
        (_classifier, _createReplica, _labeled, _views, _training, _random) = (classifier, createReplica, labeled, views, training, random);
        _batches = new BatchPlan(random, labeled.Count, training.BatchSize);
        _loader = labeled.Loader(PlanOf, training.Steps);
    }

    public override nn.Module<Tensor, Tensor> Network => _classifier;

    public override nn.Module<Tensor, Tensor> NewReplica() => _createReplica();

    public override int ItemsPerStep => _training.BatchSize;

    public override double EpochOf(long step) => _batches.EpochsAfter(step);

    public override StepInputs Inputs(long step, BatchShare share) => _loader.InputsAt(step, share);

    /// <summary>Positions of a step's images in the list of labeled images.</summary>
    public IEnumerable<int> PositionsAt(long step) => _batches.At(step).Select(sample => sample.Index);

    public override bool IsLossSumOfRows => true;

    public override Tensor Loss(long step, Tensor outputs) => PartialLoss(step, outputs, first: 0);

    public override Tensor PartialLoss(long step, Tensor outputs, long first)
    {
        using var scope = NewDisposeScope();
        var rows = outputs.shape[0];
        var labels_N = _labeled.Labels(PositionsAt(step).Skip((int)first).Take((int)rows));
        var mean = nn.functional.cross_entropy(outputs, labels_N);
        return mean.Times((double)rows / _training.BatchSize).MoveToOuterDisposeScope();
    }

    public void Dispose() => _loader.Dispose();

    private ViewBatch PlanOf(long step) =>
        new([.. _batches.At(step).Select(sample => _labeled.Draw(sample.Index, _views.Crop, KeyOf(sample)))])
        {
            Operations = _views.Operations,
        };

    private RandomKey KeyOf(Sample sample) => sample.View(_random, 0);
}
