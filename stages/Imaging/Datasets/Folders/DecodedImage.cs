namespace Stages.Imaging.Datasets.Folders;

/// <summary>One picture, uint8 [C, H, W], row-major.</summary>
internal sealed record DecodedImage(ImageShape Shape, byte[] Pixels);
