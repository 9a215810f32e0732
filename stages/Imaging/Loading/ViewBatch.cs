using Distill.Imaging.Augmentation.Operations;

namespace Distill.Imaging.Loading;

/// <summary>The views of one step.</summary>
/// <param name="Views">What to cut, in order.</param>
/// <param name="Size">Height and width of the views; null for the split's own.</param>
public sealed record ViewBatch(IReadOnlyList<ViewRequest> Views, int? Size = null)
{
    /// <summary>What is done to each crop, by its own key, in this order; nothing unless said otherwise.</summary>
    public IReadOnlyList<ViewOperation> Operations { get; init; } = [];
}
