using Distill.Datasets.Images;
using Distill.Imaging.Augmentation.Operations;
using Distill.Learning.Randomness;

namespace Distill.Imaging.Loading;

/// <summary>The views of one step.</summary>
/// <param name="Views">Views to cut, in order.</param>
/// <param name="Size">Height and width of the views; null for those of the split.</param>
public sealed record ViewBatch(IReadOnlyList<ViewRequest> Views, int? Size = null)
{
    /// <summary>Operations on each crop, in this order; none by default. They draw from the key of the view.</summary>
    public IReadOnlyList<ViewOperation> Operations { get; init; } = [];

    /// <summary>Returns some of the views, in order.</summary>
    public ViewBatch Part(int first, int count) => this with { Views = [.. Views.Skip(first).Take(count)] };
}

/// <summary>A view to be cut from an image.</summary>
/// <param name="Image">Number of the image in its split.</param>
/// <param name="Crop">Part of the image.</param>
/// <param name="Key">The view's key, from which the operations of the batch draw; unused without operations.</param>
public readonly record struct ViewRequest(int Image, Crop Crop, RandomKey Key = default);
