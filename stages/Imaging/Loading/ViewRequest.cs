using Stages.Imaging.Augmentation;

namespace Stages.Imaging.Loading;

/// <summary>A view to be cut: a part of an image.</summary>
/// <param name="Image">The image's number in its split.</param>
/// <param name="Crop">The part.</param>
public readonly record struct ViewRequest(int Image, Crop Crop);
