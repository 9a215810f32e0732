using Stages.Imaging.Augmentation;
using Stages.Imaging.Loading;
using Stages.Imaging.SoftTargets;
using Stages.Learning.Losses;
using Stages.Learning.Networks;
using Stages.Learning.Randomness;
using Stages.Learning.Training;
using static TorchSharp.torch;

namespace Stages.Distill;

/// <summary>
/// A step of distillation: stored views, cut out again from their crops, against stored logits; and beside them, where
/// α &lt; 1, labelled images against their classes.
/// </summary>
internal sealed class SoftTargetTask : TrainingTask, IDisposable
{
    private readonly ResNet _student;
    private readonly ImageBank _bank;
    private readonly SoftTargetTable _targets;
    private readonly SoftTargetLogits _logits;
    private readonly Tensor? _shift_K;
    private readonly LabelledViews? _labelled;
    private readonly DistillOptions _options;
    private readonly Compute _compute;
    private readonly BatchPlan _batches;

    /// <param name="student">On its device.</param>
    /// <param name="bank">The training images.</param>
    /// <param name="targets">What the teacher thinks of them.</param>
    /// <param name="labelled">Labelled images; null for distillation alone.</param>
    /// <param name="options">Temperatures, balance, α.</param>
    /// <param name="compute">Where and in what arithmetic.</param>
    /// <param name="random">The stage's key.</param>
    public SoftTargetTask(
        ResNet student,
        ImageBank bank,
        SoftTargetTable targets,
        LabelledViews? labelled,
        DistillOptions options,
        Compute compute,
        RandomKey random)
    {
        (_student, _bank, _targets, _labelled, _options, _compute) = (student, bank, targets, labelled, options, compute);
        _batches = new BatchPlan(random, targets.Count, options.Training.BatchSize);
        _logits = SoftTargetLogits.Of(targets, compute.Device);
        _shift_K = options.BalanceClasses ? ClassBalance.Shifts(_logits, options.TeacherTemperature).DetachFromDisposeScope() : null;
    }

    public override nn.Module Network => _student;

    public override int ItemsPerStep => _options.Training.BatchSize + (_labelled?.BatchSize ?? 0);

    public override double EpochOf(long step) => _batches.EpochsAfter(step);

    public override Tensor Loss(long step)
    {
        using var scope = NewDisposeScope();
        var rows = _batches.At(step).Select(sample => sample.Index).ToArray();
        var view_NCHW = CropRenderer.Render(
            _bank.Take(rows.Select(row => _targets.Images[row])), rows.Select(row => _targets.Crops[row]).ToArray());
        var teacher_NK = Teacher(rows);
        if (_labelled is not null)
        {
            return Mixed(view_NCHW, teacher_NK, _labelled.At(step)).MoveToOuterDisposeScope();
        }

        using (_compute.Forward())
        {
            return Distillation(_student.forward(view_NCHW), teacher_NK).MoveToOuterDisposeScope();
        }
    }

    public void Dispose()
    {
        _logits.Dispose();
        _shift_K?.Dispose();
    }

    private Tensor Teacher(int[] rows)
    {
        var logits_NK = _logits.Take(tensor(rows.Select(row => (long)row).ToArray()).to(_compute.Device));
        return _shift_K is null ? logits_NK : ClassBalance.Apply(logits_NK, _shift_K);
    }

    // One forward pass, so that batch norm sees both kinds of images as one batch.
    private Tensor Mixed(Tensor view_NCHW, Tensor teacher_NK, (Tensor View_MCHW, Tensor Labels_M) labelled)
    {
        using (_compute.Forward())
        {
            var student = _student.forward(cat([view_NCHW, labelled.View_MCHW]));
            var soft = view_NCHW.shape[0];
            return SoftTargetLoss.WithLabels(
                Distillation(student.narrow(0, 0, soft), teacher_NK),
                student.narrow(0, soft, student.shape[0] - soft),
                labelled.Labels_M,
                _options.Alpha);
        }
    }

    private Tensor Distillation(Tensor student_NK, Tensor teacher_NK) => SoftTargetLoss.CrossEntropy(
        student_NK, teacher_NK, _options.TeacherTemperature, _options.StudentTemperature);
}
