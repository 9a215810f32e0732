using SkiaSharp;
using Stages.Imaging.Datasets.Pixels;

namespace Stages.Imaging.Datasets.Decoding;

/// <summary>
/// Turns a picture upright by the orientation that a camera notes in EXIF: where the stored first row and first
/// column belong (Exif 2.3, tag 0x0112).
/// </summary>
internal static class Orientation
{
    /// <summary>The orientation that a file notes. That of PNG, Skia does not look for.</summary>
    public static SKEncodedOrigin Of(ReadOnlySpan<byte> encoded, SKCodec codec) =>
        PngFile.Is(encoded) ? ExifBlock.Orientation(PngFile.Chunk(encoded, "eXIf"u8))
        : codec.EncodedOrigin == 0 ? SKEncodedOrigin.TopLeft
        : codec.EncodedOrigin;

    public static DecodedImage Upright(DecodedImage stored, SKEncodedOrigin origin)
    {
        if (origin == SKEncodedOrigin.TopLeft)
        {
            return stored;
        }

        var (channels, height, width) = stored.Shape;
        var sideways = origin is SKEncodedOrigin.LeftTop or SKEncodedOrigin.RightTop
            or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;
        var upright = sideways ? new ImageShape(channels, width, height) : stored.Shape;
        var pixels = new byte[stored.Pixels.Length];
        for (var channel = 0; channel < channels; channel++)
        {
            for (var y = 0; y < upright.Height; y++)
            {
                for (var x = 0; x < upright.Width; x++)
                {
                    var (row, column) = Stored(origin, y, x, height, width);
                    pixels[(channel * upright.Height + y) * upright.Width + x] =
                        stored.Pixels[(channel * height + row) * width + column];
                }
            }
        }

        return new DecodedImage(upright, pixels);
    }

    /// <summary>Where the upright pixel (y, x) is stored.</summary>
    private static (int Row, int Column) Stored(SKEncodedOrigin origin, int y, int x, int height, int width) => origin switch
    {
        SKEncodedOrigin.TopRight => (y, width - 1 - x),
        SKEncodedOrigin.BottomRight => (height - 1 - y, width - 1 - x),
        SKEncodedOrigin.BottomLeft => (height - 1 - y, x),
        SKEncodedOrigin.LeftTop => (x, y),
        SKEncodedOrigin.RightTop => (height - 1 - x, y),
        SKEncodedOrigin.RightBottom => (height - 1 - x, width - 1 - y),
        SKEncodedOrigin.LeftBottom => (x, width - 1 - y),
        _ => (y, x),
    };
}
