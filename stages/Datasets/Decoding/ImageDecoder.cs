using System.Runtime.InteropServices;
using Distill.Datasets.Images;
using SkiaSharp;

namespace Distill.Datasets.Decoding;

/// <summary>Decodes encoded images, upright and in full size, or refuses them with a reason.</summary>
internal static class ImageDecoder
{
    /// <summary>Increment it when the same file gives different pixels, or when a file changes between used and refused.</summary>
    public const int Version = 3;

    /// <summary>Larger images are refused before they are decoded, since a small file may claim any size.</summary>
    public const long MaxPixels = 100_000_000;

    /// <summary>Larger images are decoded one at a time. On many threads at once they would not fit into memory.</summary>
    private const long MaxPixelsInParallel = 25_000_000;

    private static readonly Lock OneAtATime = new();

    /// <summary>Decodes an image to uint8 [C, H, W] with 1 or 3 channels.</summary>
    /// <exception cref="RefusedImageException">The file is empty, damaged, cut short, too large, or in an unknown format.</exception>
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
        if ((long)width * height is 0 or > MaxPixels)
        {
            throw new RefusedImageException($"{width}×{height} pixels; at most {MaxPixels / 1_000_000} megapixels are decoded");
        }

        if (WebpFile.HasSignature(encoded) && WebpFile.IsCutShort(encoded))
        {
            throw new RefusedImageException(Problem(SKCodecResult.IncompleteInput));
        }

        if ((long)width * height > MaxPixelsInParallel)
        {
            lock (OneAtATime)
            {
                return DecodeUpright(encoded, codec, channels);
            }
        }

        return DecodeUpright(encoded, codec, channels);
    }

    private static (ImageHeader Header, DecodedImage Image) DecodeUpright(ReadOnlySpan<byte> encoded, SKCodec codec, int channels)
    {
        var stored = DecodePlanes(codec, codec.Info.Width, codec.Info.Height, channels);
        var upright = Orientation.MakeUpright(stored, Orientation.Read(encoded, codec));
        var traits = ImageTraitsReader.Read(encoded, codec);
        return (new ImageHeader(upright.Shape.Height, upright.Shape.Width, traits), upright);
    }

    private static DecodedImage DecodePlanes(SKCodec codec, int width, int height, int channels)
    {
        // No color space: values are taken from the file unchanged, as in PIL and OpenCV, whatever its profile.
        var info = new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul, colorspace: null);
        var rgba = new byte[info.BytesSize];
        var pinned = GCHandle.Alloc(rgba, GCHandleType.Pinned);
        try
        {
            // Skia fills the missing part of a damaged file with black. Only the result tells.
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
            StorePixel(rgba.AsSpan(4 * pixel, 4), planes, pixel, channels, plane: width * height);
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

    private static void StorePixel(ReadOnlySpan<byte> rgba, byte[] planes, int pixel, int channels, int plane)
    {
        int red = rgba[0], green = rgba[1], blue = rgba[2], alpha = rgba[3];
        if (alpha != 255)
        {
            // Transparent pixels are blended with white; their hidden color is arbitrary.
            red = (red * alpha + 255 * (255 - alpha) + 127) / 255;
            green = (green * alpha + 255 * (255 - alpha) + 127) / 255;
            blue = (blue * alpha + 255 * (255 - alpha) + 127) / 255;
        }

        if (channels == 1)
        {
            // Luma of ITU-R BT.601, with the integer coefficients of PIL's convert("L").
            planes[pixel] = (byte)((red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16);
            return;
        }

        (planes[pixel], planes[plane + pixel], planes[2 * plane + pixel]) = ((byte)red, (byte)green, (byte)blue);
    }
}

/// <summary>What is known about an encoded image without its pixels.</summary>
/// <param name="Height">Height of the upright image, in pixels.</param>
/// <param name="Width">Width of the upright image, in pixels.</param>
/// <param name="Traits">Unusual properties of the file.</param>
internal readonly record struct ImageHeader(int Height, int Width, ImageTraits Traits);

/// <summary>An image that must not be learned from. The message is the reason, and fits after the image's name and a colon.</summary>
internal sealed class RefusedImageException(string message) : Exception(message);
