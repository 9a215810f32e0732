namespace Distill.Supervised;

/// <summary>Whose labels the supervised baseline learns from.</summary>
public enum SupervisedLabels
{
    /// <summary>The labelled images of the pipeline's block labels.</summary>
    Labelled,

    /// <summary>There is no baseline.</summary>
    None,
}
