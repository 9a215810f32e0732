namespace Distill.Datasets.Images;

/// <summary>The two parts of a data set.</summary>
public enum Split
{
    /// <summary>Everything that may be learnt from, labelled or not.</summary>
    Train,

    /// <summary>What only an evaluation opens.</summary>
    Test,
}
