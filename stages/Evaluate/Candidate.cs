using Distill.Artifacts;
using Distill.Imaging.Evaluation;
using Distill.Learning.Networks;
using Distill.Pipeline.Execution;

namespace Distill.Evaluate;

/// <summary>A classifier to evaluate: a row of the results table before it is measured.</summary>
/// <param name="Name">supervised, teacher, linear, knn-200, knn-20, or the name of a round's student.</param>
/// <param name="Protocol">How the classifier was trained, in words.</param>
/// <param name="Source">Artifact and architecture of the classifier.</param>
/// <param name="Lineage">Artifacts that led to it, and its own. The seconds of their stages add up to its training time.</param>
public sealed record Candidate(string Name, string Protocol, ClassifierSource Source, IReadOnlyList<Artifact> Lineage)
{
    /// <summary>Which labels the classifier and its teachers learned from.</summary>
    public LabelUsage Labels { get; init; } = LabelUsage.Labeled;

    /// <summary>Set for a kNN vote on the features of the source's encoder, which replaces its classifier; null otherwise.</summary>
    public NeighborOptions? Neighbors { get; init; }

    /// <summary>
    /// For a kNN vote, the file with the classes that all training images vote for (<c>SpreadLabels</c>); null if only labeled images vote,
    /// for their labels.
    /// </summary>
    public Artifact? Voters { get; init; }
}
