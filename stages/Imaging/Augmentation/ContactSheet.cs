using Distill.Learning.Arithmetic;
using Distill.Pipeline.Storage;
using SkiaSharp;
using static TorchSharp.torch;

namespace Distill.Imaging.Augmentation;

/// <summary>A sheet of small images for people to look at: an image a column, the original on top, its views below.</summary>
public static class ContactSheet
{
    private const int LeastSide = 84;
    private const int Gap = 4;

    /// <summary>Writes a PNG.</summary>
    /// <param name="path">The file.</param>
    /// <param name="rows_NCHW">Rows from top to bottom, each [N, C, H, W], floats of [0, 1], one or three channels.</param>
    public static void Write(string path, IReadOnlyList<Tensor> rows_NCHW)
    {
        var (columns, channels) = ((int)rows_NCHW[0].shape[0], (int)rows_NCHW[0].shape[1]);
        var (height, width) = ((int)rows_NCHW[0].shape[2], (int)rows_NCHW[0].shape[3]);
        var scale = Math.Max(1, LeastSide / height);
        using var bitmap = new SKBitmap(
            columns * (width * scale + Gap) + Gap, rows_NCHW.Count * (height * scale + Gap) + Gap, SKColorType.Rgba8888, SKAlphaType.Opaque);
        bitmap.Erase(new SKColor(250, 250, 250));
        for (var row = 0; row < rows_NCHW.Count; row++)
        {
            using var scope = NewDisposeScope();
            var bytes = rows_NCHW[row].Times(255).round().Between(0, 255).to_type(ScalarType.Byte).ReadAll<byte>();
            for (var column = 0; column < columns; column++)
            {
                Paste(
                    bitmap,
                    bytes.AsSpan(column * channels * height * width, channels * height * width),
                    (height, width),
                    scale,
                    Gap + column * (width * scale + Gap),
                    Gap + row * (height * scale + Gap));
            }
        }

        using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        Durable.WriteFile(path, png.SaveTo);
    }

    private static void Paste(SKBitmap bitmap, ReadOnlySpan<byte> image_CHW, (int Height, int Width) size, int scale, int left, int top)
    {
        var plane = size.Height * size.Width;
        for (var y = 0; y < size.Height * scale; y++)
        {
            for (var x = 0; x < size.Width * scale; x++)
            {
                var pixel = y / scale * size.Width + x / scale;
                var red = image_CHW[pixel];
                var color = image_CHW.Length == 3 * plane
                    ? new SKColor(red, image_CHW[plane + pixel], image_CHW[2 * plane + pixel])
                    : new SKColor(red, red, red);
                bitmap.SetPixel(left + x, top + y, color);
            }
        }
    }
}
