namespace Distill.Learning.Training;

/// <summary>How the groups of a batch are computed (<see cref="TrainingOptions.Groups"/>).</summary>
public enum GradientCache
{
    /// <summary>Like <see cref="Off"/> until memory runs out, then like <see cref="On"/>.</summary>
    Auto,

    /// <summary>
    /// One group after the other, in the memory of one. Where the loss is not a sum over rows, as in pretraining, this is gradient caching:
    /// a second forward pass for each.
    /// </summary>
    On,

    /// <summary>The graphs of all groups are kept until the loss is known. On the CPU, the groups run in parallel.</summary>
    Off,
}
