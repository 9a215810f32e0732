using System.Buffers;
using System.Runtime.InteropServices;
using Distill.Datasets.Images;
using Distill.Datasets.Resampling;
using SkiaSharp;

namespace Distill.Datasets.Decoding;

/// <summary>Decodes encoded images upright, in full size or shrunk, or refuses them with a reason.</summary>
internal static class ImageDecoder
{
    /// <summary>
    /// Increment it when the same file gives different pixels or views, or when a file changes between used and refused.
    /// </summary>
    public const int Version = 5;

    /// <summary>Larger images are refused before they are decoded, since a small file may claim any size.</summary>
    public const long MaxPixels = 100_000_000;

    /// <summary>
    /// More pixels are decoded in one image at a time. On many threads at once they would not fit into memory. A JPEG that is shrunk while
    /// it is decoded has fewer pixels than its file claims.
    /// </summary>
    private const long MaxPixelsInParallel = 25_000_000;

    /// <summary>Held while so many pixels are decoded.</summary>
    internal static readonly Lock OneAtATime = new();

    /// <summary>Decodes an image to uint8 [C, H, W].</summary>
    /// <param name="encoded">Bytes of the file.</param>
    /// <param name="channels">1 for gray, 3 for color.</param>
    /// <param name="shorterSide">
    /// Shorter side to which a larger image is shrunk; null to keep its size. A much larger JPEG is not even decoded in full size, which
    /// changes its pixels a little.
    /// </param>
    /// <param name="buffers">Owner of the pixels, whose array may then be longer than their size; null for an array of their own.</param>
    /// <param name="maxPixels">Images with more pixels are refused; at most <see cref="MaxPixels"/>.</param>
    /// <returns>The header of the full image, and the image.</returns>
    /// <exception cref="RefusedImageException">The file is empty, damaged, cut short, too large, or in an unknown format.</exception>
    public static (ImageHeader Header, DecodedImage Image) Decode(
        ReadOnlySpan<byte> encoded, int channels, int? shorterSide = null, PixelBuffers? buffers = null, long maxPixels = MaxPixels)
    {
        if (encoded.Length == 0)
        {
            throw new RefusedImageException("zero bytes long");
        }

        using var data = SKData.CreateCopy(encoded);
        using var stream = new SKMemoryStream(data);
        using var codec = SKCodec.Create(stream, out var result)
            ?? throw new RefusedImageException(Unsupported(encoded) ?? Problem(result));
        var pixels = (long)codec.Info.Width * codec.Info.Height;
        if (pixels == 0 || pixels > maxPixels)
        {
            // Without the size, so that equal reasons are counted together.
            throw new RefusedImageException(pixels == 0 ? "without a pixel" : $"larger than {maxPixels / 1_000_000} megapixels");
        }

        if (WebpFile.HasSignature(encoded) && WebpFile.IsCutShort(encoded))
        {
            throw new RefusedImageException(Problem(SKCodecResult.IncompleteInput));
        }

        var origin = Orientation.Read(encoded, codec);
        var (height, width) = Orientation.IsSideways(origin)
            ? (codec.Info.Width, codec.Info.Height)
            : (codec.Info.Height, codec.Info.Width);
        var header = new ImageHeader(height, width, ImageTraitsReader.Read(encoded, codec));
        var scaled = shorterSide is { } shorter ? ScaledJpeg.Choose(codec, shorter) : null;
        var size = scaled?.Size ?? codec.Info.Size;
        if ((long)size.Width * size.Height > MaxPixelsInParallel)
        {
            lock (OneAtATime)
            {
                return (header, DecodeUpright(codec, origin, channels, scaled, shorterSide, buffers));
            }
        }

        return (header, DecodeUpright(codec, origin, channels, scaled, shorterSide, buffers));
    }

    private static DecodedImage DecodeUpright(
        SKCodec codec, SKEncodedOrigin origin, int channels, ScaledJpeg? scaled, int? shorterSide, PixelBuffers? buffers)
    {
        if (scaled is { } jpeg)
        {
            var small = DecodePlanes(codec, jpeg.Size, channels, buffers);
            return Orientation.MakeUpright(jpeg.Shrink(small, codec.Info.Size, shorterSide!.Value, buffers), origin, buffers);
        }

        var upright = Orientation.MakeUpright(DecodePlanes(codec, codec.Info.Size, channels, buffers), origin, buffers);
        return shorterSide is { } side ? Resampler.Shrink(upright, side) : upright;
    }

    private static DecodedImage DecodePlanes(SKCodec codec, SKSizeI size, int channels, PixelBuffers? buffers)
    {
        var (width, height) = (size.Width, size.Height);
        // No color space: values are taken from the file unchanged, as in PIL and OpenCV, whatever its profile.
        var info = new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul, colorspace: null);
        // The pool would keep the memory of a very large image.
        var pooled = (long)width * height <= MaxPixelsInParallel;
        var buffer = pooled ? ArrayPool<byte>.Shared.Rent(info.BytesSize) : new byte[info.BytesSize];
        var rgba = buffer.AsSpan(0, info.BytesSize);
        var opaque = codec.Info.AlphaType == SKAlphaType.Opaque;
        if (!opaque)
        {
            // A frame may cover a part of the image only.
            rgba.Clear();
        }

        var pinned = GCHandle.Alloc(buffer, GCHandleType.Pinned);
        try
        {
            // Skia fills the missing part of a damaged file with black. Only the result tells.
            if (codec.GetPixels(info, pinned.AddrOfPinnedObject()) is var result && result != SKCodecResult.Success)
            {
                throw new RefusedImageException(Problem(result));
            }

            var shape = new ImageShape(channels, height, width);
            var planes = PixelBuffers.Take(buffers, shape.Size);
            PixelPlanes.Split(rgba, opaque, planes.AsSpan(0, shape.Size), channels);
            return new DecodedImage(shape, planes);
        }
        finally
        {
            pinned.Free();
            if (pooled)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    /// <summary>Names a format that is known but not decoded, and therefore not damaged; null for other bytes.</summary>
    private static string? Unsupported(ReadOnlySpan<byte> encoded) =>
        ImageSignature.Find(encoded) is { } format && !ImageSignature.IsDecoded(format) ? $"not a supported format ({format})" : null;

    private static string Problem(SKCodecResult result) => result switch
    {
        SKCodecResult.IncompleteInput => "cut short",
        SKCodecResult.Unimplemented => "not an image of a known format",
        SKCodecResult.InvalidInput or SKCodecResult.ErrorInInput => "damaged",
        _ => $"cannot be decoded ({result})",
    };
}

/// <summary>What is known about an encoded image without its pixels.</summary>
/// <param name="Height">Height of the upright image, in pixels.</param>
/// <param name="Width">Width of the upright image, in pixels.</param>
/// <param name="Traits">Unusual properties of the file.</param>
internal readonly record struct ImageHeader(int Height, int Width, ImageTraits Traits);

/// <summary>An image that must not be learned from. The message is the reason, and fits after the image's name and a colon.</summary>
internal sealed class RefusedImageException(string message) : Exception(message);
