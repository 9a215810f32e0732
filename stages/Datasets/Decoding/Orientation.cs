using Distill.Datasets.Images;
using SkiaSharp;

namespace Distill.Datasets.Decoding;

/// <summary>
/// Makes images upright according to EXIF, where a camera states to which edges the stored first row and first column belong
/// (Exif 2.3, tag 0x0112).
/// </summary>
internal static class Orientation
{
    /// <summary>Reads the orientation. Skia ignores it in PNG, and supports only one of the two ways to write it in WebP.</summary>
    public static SKEncodedOrigin Read(ReadOnlySpan<byte> encoded, SKCodec codec) =>
        PngFile.HasSignature(encoded) ? ExifBlock.ReadOrientation(PngFile.FindChunk(encoded, "eXIf"u8))
        : WebpFile.HasSignature(encoded) ? ExifBlock.ReadOrientation(WebpFile.FindChunk(encoded, "EXIF"u8))
        : codec.EncodedOrigin == 0 ? SKEncodedOrigin.TopLeft
        : codec.EncodedOrigin;

    /// <summary>Whether height and width change places when the image is turned upright.</summary>
    public static bool IsSideways(SKEncodedOrigin origin) => origin
        is SKEncodedOrigin.LeftTop or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;

    public static DecodedImage MakeUpright(DecodedImage stored, SKEncodedOrigin origin, PixelBuffers? buffers = null)
    {
        if (origin == SKEncodedOrigin.TopLeft)
        {
            return stored;
        }

        var (channels, height, width) = stored.Shape;
        var upright = IsSideways(origin) ? new ImageShape(channels, width, height) : stored.Shape;
        // A step down or right in the upright image is the same offset in the stored image at every pixel.
        var start = StoredAt(origin, 0, 0, height, width);
        var down = StoredAt(origin, 1, 0, height, width) - start;
        var right = StoredAt(origin, 0, 1, height, width) - start;
        var pixels = PixelBuffers.Take(buffers, upright.Size);
        var to = 0;
        for (var channel = 0; channel < channels; channel++)
        {
            for (var y = 0; y < upright.Height; y++)
            {
                var from = channel * height * width + start + y * down;
                for (var x = 0; x < upright.Width; x++, from += right)
                {
                    pixels[to++] = stored.Pixels[from];
                }
            }
        }

        return new DecodedImage(upright, pixels);
    }

    /// <summary>Returns the offset, in its plane, at which the upright pixel (y, x) is stored.</summary>
    private static int StoredAt(SKEncodedOrigin origin, int y, int x, int height, int width)
    {
        var (row, column) = origin switch
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
        return row * width + column;
    }
}
