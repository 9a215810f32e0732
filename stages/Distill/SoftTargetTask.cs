using Stages.Imaging.Augmentation;
using Stages.Imaging.Loading;
using Stages.Imaging.SoftTargets;
using Stages.Learning.Losses;
using Stages.Learning.Networks;
using Stages.Learning.Randomness;
using Stages.Learning.Training;
using static TorchSharp.torch;

namespace Stages.Distill;

/// <summary>A step of distillation: stored views, cut out again from their crops, against stored logits.</summary>
internal sealed class SoftTargetTask : TrainingTask, IDisposable
{
    private readonly ResNet _student;
    private readonly ImageBank _bank;
    private readonly SoftTargetTable _targets;
    private readonly Tensor _logits_RK;
    private readonly DistillOptions _options;
    private readonly Compute _compute;
    private readonly BatchPlan _batches;

    public SoftTargetTask(
        ResNet student, ImageBank bank, SoftTargetTable targets, DistillOptions options, Compute compute, RandomKey random)
    {
        (_student, _bank, _targets, _options, _compute) = (student, bank, targets, options, compute);
        _batches = new BatchPlan(random, targets.Count, options.Training.BatchSize);
        using var scope = NewDisposeScope();
        var logits_RK = tensor(targets.Logits.ToArray(), [targets.Count, targets.Classes]).to(compute.Device);
        _logits_RK = (options.BalanceClasses ? ClassBalance.Equalise(logits_RK, options.TeacherTemperature) : logits_RK).DetachFromDisposeScope();
    }

    public override nn.Module Network => _student;

    public override int ItemsPerStep => _options.Training.BatchSize;

    public override double EpochOf(long step) => _batches.EpochsAfter(step);

    public override Tensor Loss(long step)
    {
        using var scope = NewDisposeScope();
        var rows = _batches.At(step).Select(sample => sample.Index).ToArray();
        var view_NCHW = CropRenderer.Render(
            _bank.Take(rows.Select(row => _targets.Images[row])), rows.Select(row => _targets.Crops[row]).ToArray());
        var teacher_NK = _logits_RK.index_select(0, tensor(rows.Select(row => (long)row).ToArray()).to(_compute.Device));
        using (_compute.Forward())
        {
            var student_NK = _student.forward(view_NCHW);
            return SoftTargetLoss
                .CrossEntropy(student_NK, teacher_NK, _options.TeacherTemperature, _options.StudentTemperature)
                .MoveToOuterDisposeScope();
        }
    }

    public void Dispose() => _logits_RK.Dispose();
}
