using Distill.Learning.Arithmetic;
using Distill.Learning.Training;
using Distill.Rivals.Training;
using static TorchSharp.torch;

// R rows of a step, N unlabeled images, K classes
namespace Distill.Rivals.MetaPseudoLabels;

/// <summary>
/// Trains the teacher, and in each step first the student. The teacher's loss has the term h · cross entropy(label, prediction) for its
/// labels of strong views (equation 3), where h is what the student gained by them, less the mean of past gains, as in the authors' code.
/// </summary>
/// <param name="teacher">The teacher's other losses.</param>
/// <param name="student">The student; owned by the caller.</param>
/// <param name="feedback">The sign of h.</param>
internal sealed class MetaPseudoLabelsTask(SemiSupervisedTask teacher, TaughtStudent student, Feedback feedback) : TrainingTask, IDisposable
{
    private const double Kept = 0.99;

    private readonly Tensor _meanGain = zeros(1, device: teacher.Device);
    private readonly Tensor _gain = zeros(1, device: teacher.Device);
    private StepInputs? _inputs;
    private bool _hasTaught;

    public override nn.Module<Tensor, Tensor> Network => teacher.Network;

    public override nn.Module<Tensor, Tensor> Result => student.Result;

    public override int ItemsPerStep => teacher.ItemsPerStep;

    public override IReadOnlyDictionary<string, Tensor> ExtraState => teacher.ExtraState.Concat(student.State)
        .Append(new KeyValuePair<string, Tensor>("mean-gain", _meanGain))
        .ToDictionary(entry => entry.Key, entry => entry.Value);

    public override nn.Module<Tensor, Tensor> NewReplica() => teacher.NewReplica();

    public override double EpochOf(long step) => teacher.EpochOf(step);

    public override StepInputs Inputs(long step, BatchShare share)
    {
        // A restored training takes a step again, and the student with it.
        _hasTaught = false;
        student.BeginStep();
        // The loop disposes of the inputs after the step.
        return _inputs = teacher.Inputs(step, share);
    }

    public override Tensor Loss(long step, Tensor outputs)
    {
        using var scope = NewDisposeScope();
        var strong_NK = teacher.Views(outputs)[^1];
        var classes_N = strong_NK.detach().argmax(1);
        // A step that needs less memory asks a second time.
        if (!_hasTaught)
        {
            Teach(step, classes_N);
            _hasTaught = true;
        }

        var reward = nn.functional.cross_entropy(strong_NK, classes_N).mul(_gain.squeeze());
        var loss = teacher.Loss(step, outputs);
        return (feedback == Feedback.Derived ? loss.Plus(reward) : loss.sub(reward)).MoveToOuterDisposeScope();
    }

    public override void AfterStep(long step) => teacher.AfterStep(step);

    public override IReadOnlyDictionary<string, double> Monitor() => teacher.Monitor();

    public void Dispose()
    {
        _meanGain.Dispose();
        _gain.Dispose();
    }

    private void Teach(long step, Tensor classes_N)
    {
        var rows = _inputs!.All();
        var gain = student.Learn(step, teacher.Labeled(rows), teacher.Labels(step), teacher.Views(rows)[^1], classes_N);
        using var frozen = no_grad();
        _gain.copy_(gain.sub(_meanGain));
        _meanGain.Times_(Kept).Plus_(gain, alpha: 1 - Kept);
    }
}
