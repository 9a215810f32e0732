namespace Distill.Datasets.Images;

/// <summary>One picture, uint8 [C, H, W], row-major.</summary>
public sealed record DecodedImage(ImageShape Shape, byte[] Pixels);
