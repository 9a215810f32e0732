namespace Distill.Artifacts;

/// <summary>Which training images' labels a classifier, or a teacher of it, learned from.</summary>
public enum LabelUsage
{
    /// <summary>Those of the pipeline's block labels.</summary>
    Labeled,

    /// <summary>All that there are.</summary>
    All,

    /// <summary>None of this data set's: its teacher was given.</summary>
    None,
}
