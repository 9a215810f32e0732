namespace Distill.Artifacts;

/// <summary>Which labels of training images a classifier or one of its teachers learned from.</summary>
public enum LabelUsage
{
    /// <summary>The labels that the block <c>labels</c> selects.</summary>
    Labeled,

    /// <summary>All labels of the training split.</summary>
    All,

    /// <summary>None of this dataset, because the teacher was imported.</summary>
    None,
}
