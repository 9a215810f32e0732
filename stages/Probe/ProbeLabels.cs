namespace Distill.Probe;

/// <summary>Which labels a linear evaluation may use.</summary>
public enum ProbeLabels
{
    /// <summary>The labels that the block <c>labels</c> selects.</summary>
    Labeled,

    /// <summary>All labels of the training split, as in the papers' linear evaluation, which measures the features.</summary>
    All,
}
