namespace Distill.Distill;

/// <summary>How frequent the classes are in the soft targets of a distillation.</summary>
public enum ClassFrequencies
{
    /// <summary>As the teacher gives them. A teacher expects the frequencies of its labels.</summary>
    AsLabeled,

    /// <summary>All classes equally frequent (<see cref="ClassBalance"/>), for data that are known to be balanced.</summary>
    Equal,

    /// <summary>
    /// As estimated from the teacher's probabilities of all images (<see cref="LabelShift"/>), for labels whose frequencies are not those
    /// of the data, such as a fixed number per class.
    /// </summary>
    Estimated,
}
