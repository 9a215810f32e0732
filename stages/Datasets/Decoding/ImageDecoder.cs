using System.Runtime.InteropServices;
using Distill.Datasets.Images;
using SkiaSharp;

namespace Distill.Datasets.Decoding;

/// <summary>Decodes an encoded image, upright and in full size, or refuses it.</summary>
internal static class ImageDecoder
{
    /// <summary>Raised when the same file gives other pixels, or is judged otherwise, than before.</summary>
    public const int Version = 3;

    /// <summary>Larger pictures are refused before they are decoded: a small file may claim any size.</summary>
    public const long MostPixels = 100_000_000;

    /// <summary>Larger pictures are decoded one at a time: on many threads at once they would not fit into memory.</summary>
    private const long MostPixelsAtOnce = 25_000_000;

    private static readonly Lock OneAtATime = new();

    /// <returns>Header, and uint8 [channels, height, width].</returns>
    /// <exception cref="RefusedImageException">The file is empty, damaged, cut short, of no known format, or too large.</exception>
    public static (ImageHeader Header, DecodedImage Image) Decode(ReadOnlySpan<byte> encoded, int channels)
    {
        if (encoded.Length == 0)
        {
            throw new RefusedImageException("zero bytes long");
        }

        using var data = SKData.CreateCopy(encoded);
        using var stream = new SKMemoryStream(data);
        using var codec = SKCodec.Create(stream, out var result) ?? throw new RefusedImageException(Problem(result));
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        if ((long)width * height is 0 or > MostPixels)
        {
            throw new RefusedImageException($"{width}×{height} pixels; at most {MostPixels / 1_000_000} megapixels are decoded");
        }

        if (WebpFile.Is(encoded) && WebpFile.LacksEnd(encoded))
        {
            throw new RefusedImageException(Problem(SKCodecResult.IncompleteInput));
        }

        if ((long)width * height > MostPixelsAtOnce)
        {
            lock (OneAtATime)
            {
                return Upright(encoded, codec, channels);
            }
        }

        return Upright(encoded, codec, channels);
    }

    private static (ImageHeader Header, DecodedImage Image) Upright(ReadOnlySpan<byte> encoded, SKCodec codec, int channels)
    {
        var stored = Planes(codec, codec.Info.Width, codec.Info.Height, channels);
        var upright = Orientation.Upright(stored, Orientation.Of(encoded, codec));
        var traits = ImageTraitsReader.Read(encoded, codec);
        return (new ImageHeader(upright.Shape.Height, upright.Shape.Width, traits), upright);
    }

    private static DecodedImage Planes(SKCodec codec, int width, int height, int channels)
    {
        // No color space: the values are those of the file, as in PIL and OpenCV, whatever profile it names.
        var info = new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul, colorspace: null);
        var rgba = new byte[info.BytesSize];
        var pinned = GCHandle.Alloc(rgba, GCHandleType.Pinned);
        try
        {
            // Skia fills what a damaged file lacks with black and says so only here.
            if (codec.GetPixels(info, pinned.AddrOfPinnedObject()) is var result && result != SKCodecResult.Success)
            {
                throw new RefusedImageException(Problem(result));
            }
        }
        finally
        {
            pinned.Free();
        }

        var shape = new ImageShape(channels, height, width);
        var planes = new byte[shape.Size];
        for (var pixel = 0; pixel < width * height; pixel++)
        {
            Spread(rgba.AsSpan(4 * pixel, 4), planes, pixel, channels, plane: width * height);
        }

        return new DecodedImage(shape, planes);
    }

    private static string Problem(SKCodecResult result) => result switch
    {
        SKCodecResult.IncompleteInput => "cut short",
        SKCodecResult.Unimplemented => "not an image of a known format",
        SKCodecResult.InvalidInput or SKCodecResult.ErrorInInput => "damaged",
        _ => $"cannot be decoded ({result})",
    };

    private static void Spread(ReadOnlySpan<byte> rgba, byte[] planes, int pixel, int channels, int plane)
    {
        int red = rgba[0], green = rgba[1], blue = rgba[2], alpha = rgba[3];
        if (alpha != 255)
        {
            // What is transparent shows as white paper would, not as the color that happens to be hidden there.
            red = (red * alpha + 255 * (255 - alpha) + 127) / 255;
            green = (green * alpha + 255 * (255 - alpha) + 127) / 255;
            blue = (blue * alpha + 255 * (255 - alpha) + 127) / 255;
        }

        if (channels == 1)
        {
            // Luma of ITU-R BT.601, in the integers of PIL's convert("L").
            planes[pixel] = (byte)((red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16);
            return;
        }

        (planes[pixel], planes[plane + pixel], planes[2 * plane + pixel]) = ((byte)red, (byte)green, (byte)blue);
    }
}
