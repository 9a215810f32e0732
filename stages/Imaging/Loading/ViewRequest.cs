using Distill.Datasets.Images;
using Distill.Learning.Randomness;

namespace Distill.Imaging.Loading;

/// <summary>A view to be made of a part of an image.</summary>
/// <param name="Image">The image's number in its split.</param>
/// <param name="Crop">The part.</param>
/// <param name="Key">The view's key, for the operations of its batch; of no effect where there are none.</param>
public readonly record struct ViewRequest(int Image, Crop Crop, RandomKey Key = default);
