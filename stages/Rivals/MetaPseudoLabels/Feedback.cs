namespace Distill.Rivals.MetaPseudoLabels;

/// <summary>Which change of the student's loss on labeled images rewards the teacher for its labels.</summary>
public enum Feedback
{
    /// <summary>Loss before the student's step minus loss after it, as a Taylor expansion of the paper's equation 3 gives.</summary>
    Derived,

    /// <summary>Loss after minus loss before, as in the authors' code.</summary>
    Released,
}
