namespace Distill.Rivals.Uda;

/// <summary>How training signal annealing lets labeled images in (UDA, section 2.4).</summary>
public enum SignalAnnealing
{
    /// <summary>All of them at all times, as for CIFAR-10 and SVHN in the authors' scripts.</summary>
    Off,

    /// <summary>Mostly in the beginning, for many labels.</summary>
    Logarithmic,

    /// <summary>Evenly.</summary>
    Linear,

    /// <summary>Mostly in the end, for few labels.</summary>
    Exponential,
}
