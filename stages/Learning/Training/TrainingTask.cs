using static TorchSharp.torch;

// M rows of a batch, D outputs of the network
namespace Distill.Learning.Training;

/// <summary>The part of training that differs between stages: network, inputs and loss. All stages share the loop.</summary>
public abstract class TrainingTask
{
    private static readonly IReadOnlyDictionary<string, Tensor> NoState = new Dictionary<string, Tensor>();
    private static readonly IReadOnlyDictionary<string, double> NothingMeasured = new Dictionary<string, double>();

    /// <summary>The network to train.</summary>
    public abstract nn.Module<Tensor, Tensor> Network { get; }

    /// <summary>The network that the stage delivers: the trained one, or an average of it.</summary>
    public virtual nn.Module<Tensor, Tensor> Result => Network;

    /// <summary>
    /// Creates another network of the same architecture on the same device. Its weights do not matter; the caller disposes of it.
    /// </summary>
    public abstract nn.Module<Tensor, Tensor> NewReplica();

    /// <summary>Images (not views) per step, for the rate that is shown.</summary>
    public abstract int ItemsPerStep { get; }

    /// <summary>Epochs done after a number of steps, as a fraction.</summary>
    public abstract double EpochOf(long step);

    /// <summary>
    /// The inputs of the network in a step: [M, …], a pure function of the step. The caller disposes of them after <see cref="AfterStep"/>.
    /// </summary>
    /// <param name="step">The step, from 0.</param>
    /// <param name="share">The rows of the batch that this process trains on.</param>
    public abstract StepInputs Inputs(long step, BatchShare share);

    /// <summary>The inputs of a step for a process that trains alone.</summary>
    public StepInputs Inputs(long step) => Inputs(step, BatchShare.Whole);

    /// <summary>Computes the loss of a step: a scalar with its graph, a pure function of the step and the outputs.</summary>
    /// <param name="step">The step, from 0.</param>
    /// <param name="outputs">The network's outputs for the whole batch: [M, D], fp32.</param>
    public abstract Tensor Loss(long step, Tensor outputs);

    /// <summary>
    /// Whether the loss is a sum over the rows of the outputs, as a mean cross entropy is. The groups of a batch then need not be in memory
    /// together.
    /// </summary>
    public virtual bool IsLossSumOfRows => false;

    /// <summary>Computes the part of the loss that some rows add, if <see cref="IsLossSumOfRows"/>.</summary>
    /// <param name="step">The step, from 0.</param>
    /// <param name="outputs">The network's outputs for neighboring rows of the batch, fp32.</param>
    /// <param name="first">The place of the first of these rows in the batch.</param>
    public virtual Tensor PartialLoss(long step, Tensor outputs, long first) =>
        throw new NotSupportedException($"the loss of {GetType().Name} is not a sum of rows");

    /// <summary>
    /// Whether LARS adapts the rate of a classifier's weights too, as in the authors' notebook of distillation.
    /// </summary>
    public virtual bool AdaptsClassifier => false;

    /// <summary>
    /// Tensors beside the network and the optimizer that a resumed run needs. Checkpoints hold them, and resuming fills them in place.
    /// </summary>
    public virtual IReadOnlyDictionary<string, Tensor> ExtraState => NoState;

    /// <summary>Called after the optimizer's step number <paramref name="step"/> (from 0), before anything is saved.</summary>
    public virtual void AfterStep(long step)
    {
    }

    /// <summary>
    /// Measures values beside the loss from time to time, by name, such as kNN accuracy in percent. Must not change weights or buffers.
    /// </summary>
    public virtual IReadOnlyDictionary<string, double> Monitor() => NothingMeasured;

    /// <summary>
    /// The loss of a network that guesses, if there is such a number. The loss of a healthy training soon falls below it.
    /// </summary>
    public virtual double? ChanceLoss(long step) => null;

    /// <summary>Describes in one sentence what goes wrong and what to do; null if nothing does.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="losses">The losses that were read since the last call, in order; possibly none.</param>
    /// <param name="monitored">The last values of <see cref="Monitor"/>.</param>
    public virtual string? Anomaly(long step, IReadOnlyList<double> losses, IReadOnlyDictionary<string, double> monitored) => null;
}
