namespace Distill.Learning.Training;

/// <summary>How the groups of a batch are computed (<see cref="TrainingOptions.Groups"/>).</summary>
public enum GradientCache
{
    /// <summary>As <see cref="Off"/> until the memory is too small for that, then as <see cref="On"/>.</summary>
    Auto,

    /// <summary>One after the other with gradient caching: a second forward pass each, and the memory of one.</summary>
    On,

    /// <summary>The graphs of all held until the loss is known; on the CPU side by side on its cores.</summary>
    Off,
}
