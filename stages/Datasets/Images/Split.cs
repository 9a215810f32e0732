namespace Distill.Datasets.Images;

/// <summary>The two parts of a data set.</summary>
public enum Split
{
    /// <summary>Everything that may be learned from, labeled or not.</summary>
    Train,

    /// <summary>What only an evaluation opens.</summary>
    Test,
}
