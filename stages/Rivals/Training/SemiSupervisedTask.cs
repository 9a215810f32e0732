// R rows of a step: B labeled images, and V views of each of N unlabeled images; K classes
using Distill.Imaging.Training;
using Distill.Learning.Arithmetic;
using Distill.Learning.Networks;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Distill.Rivals.Training;

/// <summary>
/// Trains on labeled and unlabeled images by a <see cref="RivalMethod"/>. All images of the split count as unlabeled, the labeled ones
/// included. Every group of a batch holds the same mix of rows.
/// </summary>
internal sealed class SemiSupervisedTask : TrainingTask, IDisposable
{
    private readonly nn.Module<Tensor, Tensor> _network;
    private readonly Func<nn.Module<Tensor, Tensor>> _createReplica;
    private readonly RivalOptions _options;
    private readonly LabeledTask _labeled;
    private readonly LabeledImages _images;
    private readonly UnlabeledViews _unlabeled;
    private readonly MixedRows _rows;
    private readonly AveragedNetwork? _average;
    private readonly Tensor _used;
    private bool _labels;

    /// <param name="network">The network to train, on its device; owned by the caller.</param>
    /// <param name="average">A copy of it, which becomes the average; null for none. Owned by the caller.</param>
    /// <param name="createReplica">Creates another network of the same architecture on the same device.</param>
    /// <param name="images">The split's images, and the labels of some.</param>
    /// <param name="options">The method, augmentations and training.</param>
    /// <param name="parts">Parts of a batch that need the same mix of rows.</param>
    /// <param name="random">Key of the stage.</param>
    public SemiSupervisedTask(
        nn.Module<Tensor, Tensor> network,
        nn.Module<Tensor, Tensor>? average,
        Func<nn.Module<Tensor, Tensor>> createReplica,
        LabeledImages images,
        RivalOptions options,
        int parts,
        RandomKey random)
    {
        (_network, _createReplica, _images, _options) = (network, createReplica, images, options);
        _labeled = new LabeledTask(network, createReplica, images, options.Augmentations, options.Training, random);
        _unlabeled = new UnlabeledViews(images, options, random.Fold("unlabeled"));
        _rows = new MixedRows(_unlabeled.Rows, options.Training.BatchSize, parts);
        _average = average is null ? null : new AveragedNetwork(average, options.Averaging);
        _used = zeros(1, device: images.Device);
    }

    public override nn.Module<Tensor, Tensor> Network => _network;

    /// <summary>The network or its average, without a second head.</summary>
    public override nn.Module<Tensor, Tensor> Result =>
        (_average?.Network ?? _network) is var trained && trained is AuxiliaryNetwork both ? both.Classifier : trained;

    public override nn.Module<Tensor, Tensor> NewReplica() => _createReplica();

    public override int ItemsPerStep => _options.ImagesPerStep;

    public override IReadOnlyDictionary<string, Tensor> ExtraState => _average?.State ?? base.ExtraState;

    /// <summary>The device of network and images.</summary>
    public Device Device => _images.Device;

    public override double EpochOf(long step) => _labeled.EpochOf(step);

    public override StepInputs Inputs(long step, BatchShare share) =>
        new MixedInputs(_rows, _unlabeled.Inputs(_network, step, share), _labeled.Inputs(step, share));

    public override Tensor Loss(long step, Tensor outputs)
    {
        using var scope = NewDisposeScope();
        var progress = (double)step / _options.Training.Steps;
        var logits_BK = Labeled(outputs).narrow(1, 0, _images.ClassCount);
        var supervised = _options.Method.LabeledLoss(logits_BK, Labels(step), progress);
        var (unlabeled, used) = _options.Method.UnlabeledLoss(Views(outputs), progress);
        if (used is not null)
        {
            _labels = true;
            _used.copy_(used);
        }

        return supervised.Plus(unlabeled).MoveToOuterDisposeScope();
    }

    /// <summary>Takes what belongs to the unlabeled images of a step: [N, …] for each view.</summary>
    /// <param name="rows">Inputs or outputs of all rows, [R, …].</param>
    public IReadOnlyList<Tensor> Views(Tensor rows) =>
        UnlabeledViews.Split(Take(rows, _rows.Soft(0, rows.shape[0]).Places), _options.Method.ViewsPerImage);

    /// <summary>Takes what belongs to the labeled images of a step: [B, …].</summary>
    /// <param name="rows">Inputs or outputs of all rows, [R, …].</param>
    public Tensor Labeled(Tensor rows) => Take(rows, _rows.Labeled(0, rows.shape[0]).Places);

    /// <summary>Returns the labels of a step's labeled images, [B].</summary>
    public Tensor Labels(long step) => _images.Labels(_labeled.PositionsAt(step));

    public override void AfterStep(long step) => _average?.Update(_network, step);

    public override IReadOnlyDictionary<string, double> Monitor() =>
        _labels ? new Dictionary<string, double> { ["pseudoLabeled"] = 100 * _used.ReadDouble() } : base.Monitor();

    public void Dispose()
    {
        _labeled.Dispose();
        _unlabeled.Dispose();
        _average?.Dispose();
        _used.Dispose();
    }

    private static Tensor Take(Tensor rows, long[] places) => rows.index_select(0, tensor(places).OnDevice(rows.device));
}
