namespace Distill.Supervised;

/// <summary>Whose labels the supervised baseline learns from.</summary>
public enum SupervisedLabels
{
    /// <summary>The labeled images of the pipeline's block labels.</summary>
    Labeled,

    /// <summary>There is no baseline.</summary>
    None,
}
