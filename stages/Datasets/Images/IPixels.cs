namespace Distill.Datasets.Images;

/// <summary>The pixels of a split's images, one image at a time. Safe to use from many threads.</summary>
public interface IPixels
{
    /// <summary>Returns an image's height and width without decoding it.</summary>
    (int Height, int Width) SizeOf(int index);

    /// <summary>Returns an image in that size, with the split's channels.</summary>
    /// <exception cref="IOException">The image has changed since the split was read, or cannot be read; the message names it.</exception>
    DecodedImage Decode(int index);

    /// <summary>Calls a function with an image that is valid until the function returns. Copies less than <see cref="Decode"/>.</summary>
    /// <exception cref="IOException">The image has changed since the split was read, or cannot be read; the message names it.</exception>
    void Read(int index, PixelReader read)
    {
        var image = Decode(index);
        read(image.Shape, image.Pixels);
    }

    /// <summary>Does once what makes reading faster, and may take long. A loader calls it before it reads many images.</summary>
    void Prepare()
    {
    }
}

/// <summary>Receives the pixels of an image.</summary>
/// <param name="shape">Size of the image.</param>
/// <param name="pixels_CHW">uint8, row-major.</param>
public delegate void PixelReader(ImageShape shape, ReadOnlySpan<byte> pixels_CHW);

/// <summary>A decoded image.</summary>
/// <param name="Shape">Size of the image.</param>
/// <param name="Pixels">uint8 [C, H, W], row-major. Pooled arrays may be longer.</param>
public sealed record DecodedImage(ImageShape Shape, byte[] Pixels);

/// <summary>The size of an image: one plane of pixels for gray, or three for red, green and blue.</summary>
public readonly record struct ImageShape(int Channels, int Height, int Width)
{
    /// <summary>Number of values of one image; in bytes too, since a value is one byte.</summary>
    public int Size => Channels * Height * Width;

    public override string ToString() => $"{Channels}×{Height}×{Width}";
}
