namespace Stages.Imaging.Datasets.Pixels;

/// <summary>One picture, uint8 [C, H, W], row-major.</summary>
public sealed record DecodedImage(ImageShape Shape, byte[] Pixels);
