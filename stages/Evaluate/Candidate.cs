using Distill.Artifacts;
using Distill.Imaging.Evaluation;
using Distill.Learning.Networks;

namespace Distill.Evaluate;

/// <summary>A row of the results table before it is measured.</summary>
/// <param name="Name">supervised, teacher, linear, knn-200, knn-20, distilled, self-distilled, or a round's name.</param>
/// <param name="Protocol">How it was made, in words.</param>
/// <param name="Source">The classifier.</param>
/// <param name="Lineage">Artifacts on the way to it, its own included: the seconds of their stages add up to its time.</param>
public sealed record Candidate(string Name, string Protocol, ClassifierSource Source, IReadOnlyList<string> Lineage)
{
    /// <summary>Which labels anything on its road learned from.</summary>
    public LabelUsage Labels { get; init; } = LabelUsage.Labeled;

    /// <summary>Set for a vote of nearest neighbors among the features of the source's encoder, in place of its classifier.</summary>
    public NeighborOptions? Neighbors { get; init; }
}
