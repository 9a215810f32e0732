namespace Distill.Probe;

/// <summary>Whose labels a linear evaluation may use.</summary>
public enum ProbeLabels
{
    /// <summary>The labeled images of the pipeline's block labels.</summary>
    Labeled,

    /// <summary>All training images that have a class, as in the papers' linear evaluation: it judges the features, not the labels.</summary>
    All,
}
