// R rows of a step: B labeled images and N unlabeled ones; K classes
using Distill.Imaging.Augmentation;
using Distill.Imaging.Loading;
using Distill.Imaging.Training;
using Distill.Learning.Arithmetic;
using Distill.Learning.Networks;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Distill.FineTune;

/// <summary>
/// Fine-tuning with labeled and unlabeled images in each step (<see cref="UnlabeledOptions"/>): the cross entropy of the labels, and that
/// of the pseudo-labels for other views of the same unlabeled images. All images of the split count as unlabeled.
/// </summary>
internal sealed class SemiSupervisedTask : TrainingTask, IDisposable
{
    private readonly FineTunedNetwork _network;
    private readonly Func<FineTunedNetwork> _createReplica;
    private readonly LabeledTask _labeled;
    private readonly PseudoLabels _pseudo;
    private readonly UnlabeledOptions _options;
    private readonly int _unlabeled;
    private readonly MixedRows _rows;
    private readonly ViewLoader _weak;
    private readonly ViewLoader _strong;
    private long _firstView;

    /// <param name="network">The network to train, on its device.</param>
    /// <param name="createReplica">Creates another network of the same architecture on the same device.</param>
    /// <param name="labeled">The split's images, and the labels of some.</param>
    /// <param name="pseudo">Labels the unlabeled images; owned by the caller.</param>
    /// <param name="options">Options of fine-tuning, with those of the unlabeled images.</param>
    /// <param name="parts">Parts of a batch that need labeled and unlabeled images each.</param>
    /// <param name="random">The random key of the stage.</param>
    public SemiSupervisedTask(
        FineTunedNetwork network,
        Func<FineTunedNetwork> createReplica,
        LabeledImages labeled,
        PseudoLabels pseudo,
        FineTuneOptions options,
        int parts,
        RandomKey random)
    {
        (_network, _createReplica, _pseudo, _options) = (network, createReplica, pseudo, options.Unlabeled!);
        var training = options.Training;
        _labeled = new LabeledTask(network, createReplica, labeled, options.Augmentations, training, random);
        _unlabeled = _options.Ratio * training.BatchSize;
        _rows = new MixedRows(_unlabeled, training.BatchSize, parts);
        var key = random.Fold("unlabeled");
        var plan = new BatchPlan(key, labeled.SplitCount, _unlabeled);
        _weak = labeled.Loader(step => Views(step, options.Augmentations, view: 0), training.Steps);
        _strong = labeled.Loader(step => Views(step, _options.Augmentations, view: 1), training.Steps);

        ViewBatch Views(long step, AugmentationOptions views, int view) =>
            new([.. plan.At(step).Select(sample => labeled.DrawOfSplit(sample.Index, views.Crop, sample.View(key, view)))])
            {
                Operations = views.Operations,
            };
    }

    public override nn.Module<Tensor, Tensor> Network => _network;

    public override nn.Module<Tensor, Tensor> Result => _pseudo.Network;

    public override nn.Module<Tensor, Tensor> NewReplica() => _createReplica();

    public override int ItemsPerStep => _labeled.ItemsPerStep + _unlabeled;

    public override IReadOnlyDictionary<string, Tensor> ExtraState => _pseudo.State;

    public override double EpochOf(long step) => _labeled.EpochOf(step);

    public override bool IsLossSumOfRows => true;

    public override StepInputs Inputs(long step, BatchShare share)
    {
        using (var weak = _weak.InputsAt(step, share))
        {
            _pseudo.Label(weak);
            _firstView = weak.FirstInBatch;
        }

        return new MixedInputs(_rows, _strong.InputsAt(step, share), _labeled.Inputs(step, share));
    }

    public override Tensor Loss(long step, Tensor outputs) => PartialLoss(step, outputs, first: 0);

    public override Tensor PartialLoss(long step, Tensor outputs, long first)
    {
        using var scope = NewDisposeScope();
        var (views, softPlaces) = _rows.Soft(first, outputs.shape[0]);
        var (images, labeledPlaces) = _rows.Labeled(first, outputs.shape[0]);
        var (classes, mask) = _pseudo.At(views.Start.Value - _firstView, softPlaces.Length);
        var unlabeled = nn.functional.cross_entropy(Take(softPlaces).Plus(_pseudo.Margin_K), classes, reduction: nn.Reduction.None)
            .mul(mask).sum().Times(_options.Weight / _unlabeled);
        // A part of no labeled image adds nothing; the mean of none would be NaN.
        var loss = labeledPlaces.Length == 0
            ? unlabeled
            : unlabeled.Plus(_labeled.PartialLoss(step, Take(labeledPlaces), images.Start.Value));
        return loss.MoveToOuterDisposeScope();

        Tensor Take(long[] places) => outputs.index_select(0, tensor(places).OnDevice(outputs.device));
    }

    public override void AfterStep(long step) => _pseudo.Update(_network, step);

    public override IReadOnlyDictionary<string, double> Monitor() =>
        new Dictionary<string, double> { ["pseudoLabeled"] = 100 * _pseudo.Kept };

    public void Dispose()
    {
        _labeled.Dispose();
        _weak.Dispose();
        _strong.Dispose();
    }
}
