// N views of a step, M labeled images, K classes
using Distill.Imaging.Loading;
using Distill.Imaging.Training;
using Distill.Learning.Arithmetic;
using Distill.Learning.Losses;
using Distill.Learning.Networks;
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Distill.Distill;

/// <summary>
/// The training task of distillation: views with the teacher's logits. If α &lt; 1, labeled images with their classes are added.
/// </summary>
internal sealed class SoftTargetTask : TrainingTask, IDisposable
{
    private readonly ResNet _student;
    private readonly Func<ResNet> _createReplica;
    private readonly ITargets _targets;
    private readonly LabeledViews? _labeled;
    private readonly DistillOptions _options;
    private readonly Compute _compute;
    private readonly MixedRows _rows;
    private readonly ViewLoader _loader;

    /// <param name="student">The network to train, on its device.</param>
    /// <param name="createReplica">Creates another network of the same architecture on the same device.</param>
    /// <param name="bank">The training images.</param>
    /// <param name="targets">Views and the teacher's logits; owned by the caller.</param>
    /// <param name="labeled">Labeled images; null for distillation without labels.</param>
    /// <param name="options">Temperatures and α.</param>
    /// <param name="compute">Device and arithmetic.</param>
    /// <param name="parts">Parts of a batch that need views and labeled images each: groups, or what processes have of one group.</param>
    public SoftTargetTask(
        ResNet student,
        Func<ResNet> createReplica,
        ImageBank bank,
        ITargets targets,
        LabeledViews? labeled,
        DistillOptions options,
        Compute compute,
        int parts)
    {
        (_student, _createReplica, _targets, _labeled, _options, _compute) = (student, createReplica, targets, labeled, options, compute);
        _rows = new MixedRows(options.Training.BatchSize, labeled?.BatchSize ?? 0, parts);
        _loader = new ViewLoader(bank, PlanOf, options.Training.Steps);
    }

    public override nn.Module<Tensor, Tensor> Network => _student;

    public override nn.Module<Tensor, Tensor> NewReplica() => _createReplica();

    public override int ItemsPerStep => _options.Training.BatchSize + (_labeled?.BatchSize ?? 0);

    public override double EpochOf(long step) => _targets.EpochsAfter(step);

    public override bool IsLossSumOfRows => true;

    public override bool AdaptsClassifier => true;

    public override StepInputs Inputs(long step, BatchShare share)
    {
        var inputs = _loader.InputsAt(step, share);
        var (views, places) = _rows.Soft(inputs.FirstInBatch, inputs.Rows);
        _targets.Show(inputs, views.Start.Value, places);
        return inputs;
    }

    public override Tensor Loss(long step, Tensor outputs) => PartialLoss(step, outputs, first: 0);

    public override Tensor PartialLoss(long step, Tensor outputs, long first)
    {
        using var scope = NewDisposeScope();
        var (views, places) = _rows.Soft(first, outputs.shape[0]);
        var soft = SoftTargetLoss.CrossEntropy(
            Take(outputs, places), _targets.LogitsAt(step, views), _options.TeacherTemperature, _options.StudentTemperature)
            .Times(SoftTargetLoss.GradientScale(_options.StudentTemperature) * places.Length / _options.Training.BatchSize);
        return (_labeled is null ? soft : SoftTargetLoss.Mix(soft, LabeledLoss(step, outputs, first), _options.Alpha))
            .MoveToOuterDisposeScope();
    }

    public void Dispose() => _loader.Dispose();

    private ViewBatch PlanOf(long step) => new(_rows.Merge(_targets.ViewsAt(step), _labeled?.At(step) ?? []));

    private Tensor LabeledLoss(long step, Tensor outputs, long first)
    {
        var (images, places) = _rows.Labeled(first, outputs.shape[0]);
        // A sum, because a group may have no labeled image.
        return nn.functional.cross_entropy(
            Take(outputs, places), _labeled!.LabelsAt(step, images), reduction: nn.Reduction.Sum).Over(_labeled.BatchSize);
    }

    private Tensor Take(Tensor rows, long[] places) =>
        places.Length == rows.shape[0] ? rows : rows.index_select(0, tensor(places).OnDevice(_compute.Device));
}
