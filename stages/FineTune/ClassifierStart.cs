namespace Distill.FineTune;

/// <summary>What the new classifier of fine-tuning starts from.</summary>
public enum ClassifierStart
{
    /// <summary>Zero, as in SimCLRv2.</summary>
    Zero,

    /// <summary>
    /// A logistic regression on the frozen features of the labeled images, "LP-FT" (Kumar et al. 2022, arXiv:2202.10054): a classifier that
    /// fits already distorts the features less.
    /// </summary>
    Probe,
}
