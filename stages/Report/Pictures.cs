using Distill.Learning.Arithmetic;
using SkiaSharp;
using static TorchSharp.torch;

namespace Distill.Report;

/// <summary>Images as PNG, one by one and small: the page enlarges them.</summary>
internal static class Pictures
{
    // Twice as large as a page shows them.
    private const int LargestSide = 256;

    /// <param name="images_NCHW">Floats of [0, 1], one or three channels.</param>
    /// <returns>A file an image.</returns>
    public static IReadOnlyList<byte[]> Of(Tensor images_NCHW)
    {
        using var scope = NewDisposeScope();
        var longer = Math.Max(images_NCHW.shape[2], images_NCHW.shape[3]);
        if (longer > LargestSide)
        {
            images_NCHW = nn.functional.adaptive_avg_pool2d(
                images_NCHW, [Math.Max(1, images_NCHW.shape[2] * LargestSide / longer), Math.Max(1, images_NCHW.shape[3] * LargestSide / longer)]);
        }

        var (channels, height, width) = ((int)images_NCHW.shape[1], (int)images_NCHW.shape[2], (int)images_NCHW.shape[3]);
        var bytes = images_NCHW.Times(255).round().Between(0, 255).to_type(ScalarType.Byte).contiguous().ReadAll<byte>();
        return [.. bytes.Chunk(channels * height * width).Select(image => Encode(image, height, width))];
    }

    private static byte[] Encode(byte[] image_CHW, int height, int width)
    {
        var plane = height * width;
        var (green, blue) = image_CHW.Length == 3 * plane ? (plane, 2 * plane) : (0, 0);
        using var bitmap = new SKBitmap(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        for (var i = 0; i < plane; i++)
        {
            bitmap.SetPixel(i % width, i / width, new SKColor(image_CHW[i], image_CHW[green + i], image_CHW[blue + i]));
        }

        using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }
}
