// N views of a step, K classes
using Distill.Datasets.Images;
using Distill.Imaging.Loading;
using Distill.Imaging.SoftTargets;
using Distill.Learning.Arithmetic;
using Distill.Learning.Losses;
using Distill.Learning.Networks;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Distill.Distill;

/// <summary>
/// The training task of distillation: stored views, recomputed from their crops, with stored logits. If α &lt; 1, labeled images with their
/// classes are added.
/// </summary>
internal sealed class SoftTargetTask : TrainingTask, IDisposable
{
    private readonly ResNet _student;
    private readonly Func<ResNet> _createReplica;
    private readonly List<int> _images;
    private readonly List<Crop> _crops;
    private readonly SoftTargetLogits _logits;
    private readonly Tensor? _shift_K;
    private readonly LabeledViews? _labeled;
    private readonly DistillOptions _options;
    private readonly Compute _compute;
    private readonly BatchPlan _batches;
    private readonly MixedRows _rows;
    private readonly ViewLoader _loader;

    /// <param name="student">The network to train, on its device.</param>
    /// <param name="createReplica">Creates another network of the same architecture on the same device.</param>
    /// <param name="bank">The training images.</param>
    /// <param name="targets">The teacher's soft targets.</param>
    /// <param name="frequencies">Frequency of each class among the teacher's labels; null unless frequencies are estimated.</param>
    /// <param name="labeled">Labeled images; null for distillation without labels.</param>
    /// <param name="options">Temperatures, class frequencies and α.</param>
    /// <param name="compute">Device and arithmetic.</param>
    /// <param name="random">The random key of the stage.</param>
    public SoftTargetTask(
        ResNet student,
        Func<ResNet> createReplica,
        ImageBank bank,
        SoftTargetTable targets,
        IReadOnlyList<double>? frequencies,
        LabeledViews? labeled,
        DistillOptions options,
        Compute compute,
        RandomKey random)
    {
        (_student, _createReplica, _labeled, _options, _compute) = (student, createReplica, labeled, options, compute);
        // The table itself is not kept, because its logits move to the device.
        (_images, _crops) = (targets.Images, targets.Crops);
        _batches = new BatchPlan(random, targets.Count, options.Training.BatchSize);
        _rows = new MixedRows(options.Training.BatchSize, labeled?.BatchSize ?? 0, options.Training.Groups);
        _loader = new ViewLoader(bank, PlanOf, options.Training.Steps);
        _logits = SoftTargetLogits.Load(targets, compute.Device);
        _shift_K = options.ClassFrequencies switch
        {
            ClassFrequencies.Equal => ClassBalance.Shifts(_logits, options.TeacherTemperature).DetachFromDisposeScope(),
            ClassFrequencies.Estimated =>
                LabelShift.Shifts(_logits, options.TeacherTemperature, frequencies!).DetachFromDisposeScope(),
            _ => null,
        };
    }

    public override nn.Module<Tensor, Tensor> Network => _student;

    public override nn.Module<Tensor, Tensor> NewReplica() => _createReplica();

    public override int ItemsPerStep => _options.Training.BatchSize + (_labeled?.BatchSize ?? 0);

    public override double EpochOf(long step) => _batches.EpochsAfter(step);

    public override bool IsLossSumOfRows => true;

    public override bool AdaptsClassifier => true;

    public override Tensor Inputs(long step) => _loader.At(step);

    public override Tensor Loss(long step, Tensor outputs) => PartialLoss(step, outputs, first: 0);

    public override Tensor PartialLoss(long step, Tensor outputs, long first)
    {
        using var scope = NewDisposeScope();
        var (views, places) = _rows.Soft(first, outputs.shape[0]);
        var soft = SoftTargetLoss.CrossEntropy(
            Take(outputs, places), TeacherAt(step, views), _options.TeacherTemperature, _options.StudentTemperature)
            .Times(SoftTargetLoss.GradientScale(_options.StudentTemperature) * places.Length / _options.Training.BatchSize);
        return (_labeled is null ? soft : SoftTargetLoss.Mix(soft, LabeledLoss(step, outputs, first), _options.Alpha))
            .MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _loader.Dispose();
        _logits.Dispose();
        _shift_K?.Dispose();
    }

    private ViewBatch PlanOf(long step) => new(_rows.Merge(
        RowsAt(step).Select(row => new ViewRequest(_images[row], _crops[row])), _labeled?.At(step) ?? []));

    private Tensor TeacherAt(long step, Range views)
    {
        var rows = RowsAt(step).ToArray()[views];
        var logits_NK = _logits.Take(tensor(rows.Select(row => (long)row).ToArray()).OnDevice(_compute.Device));
        return _shift_K is null ? logits_NK : ClassBalance.Apply(logits_NK, _shift_K);
    }

    private Tensor LabeledLoss(long step, Tensor outputs, long first)
    {
        var (images, places) = _rows.Labeled(first, outputs.shape[0]);
        // A sum, because a group may have no labeled image.
        return nn.functional.cross_entropy(
            Take(outputs, places), _labeled!.LabelsAt(step, images), reduction: nn.Reduction.Sum).Over(_labeled.BatchSize);
    }

    private Tensor Take(Tensor outputs, long[] places) =>
        places.Length == outputs.shape[0] ? outputs : outputs.index_select(0, tensor(places).OnDevice(_compute.Device));

    private IEnumerable<int> RowsAt(long step) => _batches.At(step).Select(sample => sample.Index);
}
