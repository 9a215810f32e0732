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
    private readonly SoftTargetTable _targets;
    private readonly Tensor _logits_RK;
    private readonly DistillOptions _options;
    private readonly Compute _compute;
    private readonly BatchPlan _batches;
    private readonly ViewLoader _loader;

    public SoftTargetTask(
        ResNet student, ImageBank bank, SoftTargetTable targets, DistillOptions options, Compute compute, RandomKey random)
    {
        (_student, _targets, _options, _compute) = (student, targets, options, compute);
        _batches = new BatchPlan(random, targets.Count, options.Training.BatchSize);
        _loader = new ViewLoader(bank, PlanOf, options.Training.Steps);
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
        var rows_N = tensor(RowsOf(step).Select(row => (long)row).ToArray()).to(_compute.Device);
        var view_NCHW = _loader.At(step);
        var teacher_NK = _logits_RK.index_select(0, rows_N);
        using (_compute.Forward())
        {
            var student_NK = _student.forward(view_NCHW);
            return SoftTargetLoss
                .CrossEntropy(student_NK, teacher_NK, _options.TeacherTemperature, _options.StudentTemperature)
                .MoveToOuterDisposeScope();
        }
    }

    public void Dispose()
    {
        _loader.Dispose();
        _logits_RK.Dispose();
    }

    private ViewBatch PlanOf(long step) => new([.. RowsOf(step).Select(row => new ViewRequest(_targets.Images[row], _targets.Crops[row]))]);

    private IEnumerable<int> RowsOf(long step) => _batches.At(step).Select(sample => sample.Index);
}
