namespace Distill.Datasets.Decoding;

/// <summary>What is known of an encoded image without its pixels.</summary>
/// <param name="Height">Pixels, upright.</param>
/// <param name="Width">Pixels, upright.</param>
/// <param name="Traits">What is unusual about it.</param>
internal readonly record struct ImageHeader(int Height, int Width, ImageTraits Traits);
