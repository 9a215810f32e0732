using SkiaSharp;

namespace Stages.Imaging.Datasets.Folders;

/// <summary>Decodes an image file into a square of the data set's shape, or refuses it.</summary>
internal static class ImageDecoder
{
    /// <summary>Larger pictures are refused before they are decoded: a small file may claim any size.</summary>
    public const long MostPixels = 100_000_000;

    /// <returns>uint8 [channels, size, size].</returns>
    /// <exception cref="RefusedImageException">The file is empty, damaged, cut short, of no known format, or too large.</exception>
    public static DecodedImage Decode(string path, int size, int channels)
    {
        using var file = Open(path);
        using var codec = SKCodec.Create(file, out var result)
            ?? throw new RefusedImageException(Problem(result));

        var (width, height) = (codec.Info.Width, codec.Info.Height);
        if ((long)width * height is 0 or > MostPixels)
        {
            throw new RefusedImageException($"{width}×{height} pixels; at most {MostPixels / 1_000_000} megapixels are decoded");
        }

        var stored = Orientation.Upright(Planes(codec, width, height, channels), codec.EncodedOrigin);
        return Resampler.ShorterSideThenCentre(stored, size);
    }

    private static FileStream Open(string path)
    {
        try
        {
            return File.OpenRead(path) is { Length: > 0 } file ? file : throw new RefusedImageException("zero bytes long");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new RefusedImageException($"cannot be read: {error.Message}");
        }
    }

    private static DecodedImage Planes(SKCodec codec, int width, int height, int channels)
    {
        using var bitmap = new SKBitmap();
        var info = new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        if (!bitmap.TryAllocPixels(info))
        {
            throw new RefusedImageException($"no memory for its {width}×{height} pixels");
        }

        // Skia fills what a damaged file lacks with black and says so only here.
        if (codec.GetPixels(info, bitmap.GetPixels()) is var result && result != SKCodecResult.Success)
        {
            throw new RefusedImageException(Problem(result));
        }

        var planes = new byte[channels * width * height];
        var rgba = bitmap.GetPixelSpan();
        for (var pixel = 0; pixel < width * height; pixel++)
        {
            Spread(rgba.Slice(4 * pixel, 4), planes, pixel, channels, plane: width * height);
        }

        return new DecodedImage(new ImageShape(channels, height, width), planes);
    }

    private static string Problem(SKCodecResult result) => result switch
    {
        SKCodecResult.IncompleteInput => "cut short",
        SKCodecResult.Unimplemented => "not an image of a known format",
        _ => $"damaged ({result})",
    };

    private static void Spread(ReadOnlySpan<byte> rgba, byte[] planes, int pixel, int channels, int plane)
    {
        // What is transparent shows as white paper would, not as the colour that happens to be hidden there.
        var alpha = rgba[3];
        var red = (rgba[0] * alpha + 255 * (255 - alpha) + 127) / 255;
        var green = (rgba[1] * alpha + 255 * (255 - alpha) + 127) / 255;
        var blue = (rgba[2] * alpha + 255 * (255 - alpha) + 127) / 255;
        if (channels == 1)
        {
            // Luma of ITU-R BT.601, in the integers of PIL's convert("L").
            planes[pixel] = (byte)((red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16);
            return;
        }

        (planes[pixel], planes[plane + pixel], planes[2 * plane + pixel]) = ((byte)red, (byte)green, (byte)blue);
    }
}
