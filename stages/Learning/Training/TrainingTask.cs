using static TorchSharp.torch;

namespace Distill.Learning.Training;

/// <summary>What one training stage brings to the loop that all of them share.</summary>
public abstract class TrainingTask
{
    private static readonly IReadOnlyDictionary<string, Tensor> NoState = new Dictionary<string, Tensor>();
    private static readonly IReadOnlyDictionary<string, double> NothingMeasured = new Dictionary<string, double>();

    /// <summary>The network to train.</summary>
    public abstract nn.Module<Tensor, Tensor> Network { get; }

    /// <summary>Another network of the same plan, on the same device, whose weights do not matter. The caller disposes of it.</summary>
    public abstract nn.Module<Tensor, Tensor> NewReplica();

    /// <summary>Images (not views) in a step, for the rate shown.</summary>
    public abstract int ItemsPerStep { get; }

    /// <summary>How often a step has gone through the data, as a fraction.</summary>
    public abstract double EpochOf(long step);

    /// <summary>What goes through the network in step <paramref name="step"/> (from 0): [M, …], a pure function of the step.</summary>
    public abstract Tensor Inputs(long step);

    /// <summary>The loss of a step: a scalar with its graph, a pure function of the step and the outputs.</summary>
    /// <param name="step">From 0.</param>
    /// <param name="outputs">What the network made of <see cref="Inputs"/>: [M, D], fp32.</param>
    public abstract Tensor Loss(long step, Tensor outputs);

    /// <summary>Tensors beside the network and the optimizer that a resumed run needs; checkpoints hold them, and resuming fills them in place.</summary>
    public virtual IReadOnlyDictionary<string, Tensor> ExtraState => NoState;

    /// <summary>Called after the optimizer's step number <paramref name="step"/> (from 0), before anything is saved.</summary>
    public virtual void AfterStep(long step)
    {
    }

    /// <summary>What is measured now and then beside the loss, by name, such as kNN accuracy in percent; must leave weights and buffers as they were.</summary>
    public virtual IReadOnlyDictionary<string, double> Monitor() => NothingMeasured;

    /// <summary>The loss of a network that knows nothing, where there is such a number; the loss of a healthy training falls below it soon.</summary>
    public virtual double? ChanceLoss(long step) => null;

    /// <summary>One sentence on what is going wrong, and what to do; null while all seems well.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="loss">The last loss that was read.</param>
    /// <param name="monitored">What <see cref="Monitor"/> measured.</param>
    public virtual string? Anomaly(long step, double loss, IReadOnlyDictionary<string, double> monitored) => null;
}
