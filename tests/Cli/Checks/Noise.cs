using Distill.Learning.Randomness;
using SkiaSharp;

namespace Tests.Cli.Checks;

/// <summary>Pictures of noise, different for each seed.</summary>
internal static class Noise
{
    public static byte[] Picture(int seed, int width, int height) => Picture(seed, width, height, low: 0, high: 255);

    /// <summary>Draws every value in a range; gray if wanted.</summary>
    public static byte[] Picture(int seed, int width, int height, int low, int high, bool gray = false)
    {
        var key = RandomKey.FromSeed(seed);
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        for (var at = 0; at < width * height; at++)
        {
            bitmap.SetPixel(at % width, at / width, gray ? new SKColor(Value(at), Value(at), Value(at)) : new SKColor(
                Value(3 * at), Value(3 * at + 1), Value(3 * at + 2)));
        }

        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();

        byte Value(int draw) => (byte)(low + key.Below(draw, high - low + 1));
    }
}
