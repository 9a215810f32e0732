namespace Stages.Learning.Training;

/// <summary>How the groups of a batch are computed (<see cref="TrainingOptions.Groups"/>).</summary>
public enum GradientCache
{
    /// <summary>On a GPU as <see cref="On"/>, on the CPU as <see cref="Off"/>.</summary>
    Auto,

    /// <summary>One after the other with gradient caching: a second forward pass each, and the memory of one.</summary>
    On,

    /// <summary>Side by side on the CPU's cores, the graphs of all held until the loss is known.</summary>
    Off,
}
