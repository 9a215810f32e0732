// N images, C channels, H height, W width
using Distill.Learning.Arithmetic;
using SkiaSharp;
using static TorchSharp.torch;

namespace Distill.Imaging;

/// <summary>A picture that images are pasted into and that is encoded as PNG, for people to look at.</summary>
public sealed class PngPicture : IDisposable
{
    // PNG is lossless, so the encoder ignores the quality.
    private const int Quality = 100;

    private readonly SKBitmap _bitmap;

    /// <summary>Creates a light gray picture.</summary>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    public PngPicture(int width, int height)
    {
        _bitmap = new SKBitmap(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        _bitmap.Erase(new SKColor(250, 250, 250));
    }

    /// <summary>Rounds images to bytes, all of them row-major in one array.</summary>
    /// <param name="images_NCHW">Floats in [0, 1].</param>
    public static byte[] ToBytes(Tensor images_NCHW)
    {
        using var scope = NewDisposeScope();
        return images_NCHW.Times(255).round().Between(0, 255).to_type(ScalarType.Byte).contiguous().ReadAll<byte>();
    }

    /// <summary>Pastes an image. Each of its pixels becomes a square.</summary>
    /// <param name="image_CHW">Bytes of one or three channels, row-major.</param>
    /// <param name="size">Height and width of the image.</param>
    /// <param name="left">Left edge in the picture, in pixels.</param>
    /// <param name="top">Upper edge in the picture, in pixels.</param>
    /// <param name="scale">Side of the square.</param>
    public void Paste(ReadOnlySpan<byte> image_CHW, (int Height, int Width) size, int left = 0, int top = 0, int scale = 1)
    {
        var plane = size.Height * size.Width;
        var (green, blue) = image_CHW.Length == 3 * plane ? (plane, 2 * plane) : (0, 0);
        for (var y = 0; y < size.Height * scale; y++)
        {
            for (var x = 0; x < size.Width * scale; x++)
            {
                var pixel = y / scale * size.Width + x / scale;
                _bitmap.SetPixel(left + x, top + y, new SKColor(image_CHW[pixel], image_CHW[green + pixel], image_CHW[blue + pixel]));
            }
        }
    }

    /// <summary>Returns the bytes of a PNG file.</summary>
    public byte[] Encode()
    {
        using var png = _bitmap.Encode(SKEncodedImageFormat.Png, Quality);
        return png.ToArray();
    }

    public void Dispose() => _bitmap.Dispose();
}
