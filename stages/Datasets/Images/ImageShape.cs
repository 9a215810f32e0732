namespace Distill.Datasets.Images;

/// <summary>The size of one image: 1 plane of pixels for gray, or 3 for red, green and blue.</summary>
public readonly record struct ImageShape(int Channels, int Height, int Width)
{
    /// <summary>Bytes of one image, one byte a value.</summary>
    public int Size => Channels * Height * Width;

    public override string ToString() => $"{Channels}×{Height}×{Width}";
}
