using System.Buffers.Binary;
using SkiaSharp;

namespace Tests.Datasets.Folders;

/// <summary>Creates small image files.</summary>
internal static class Pictures
{
    public static byte[] OneColor(SKColor color, int width, int height, SKEncodedImageFormat format = SKEncodedImageFormat.Png) =>
        Encode(width, height, format, (_, _) => color);

    /// <summary>Black on the left half, white on the right one.</summary>
    public static byte[] LeftBlackRightWhite(int width, int height, SKEncodedImageFormat format = SKEncodedImageFormat.Png) =>
        Encode(width, height, format, (x, _) => x < width / 2 ? SKColors.Black : SKColors.White);

    /// <summary>Color gradients that depend on a seed.</summary>
    public static byte[] Gradient(int width, int height, int seed, SKEncodedImageFormat format) =>
        Encode(width, height, format, (x, y) => new SKColor((byte)(x * 255 / width), (byte)(y * 255 / height), (byte)(seed * 41 + x + y)));

    /// <summary>Inserts an EXIF block with only an orientation (1 to 8) after a JPEG's first marker.</summary>
    public static byte[] WithOrientation(byte[] jpeg, byte orientation)
    {
        byte[] exif =
        [
            0xFF, 0xE1, 0, 34, .. "Exif\0\0"u8,
            .. "MM\0*"u8, 0, 0, 0, 8,
            0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0,
        ];
        return [.. jpeg[..2], .. exif, .. jpeg[2..]];
    }

    /// <summary>Overwrites the size in a JPEG's frame header (marker FF C0), so the file claims more pixels than it contains.</summary>
    public static byte[] Claiming(byte[] jpeg, ushort width, ushort height)
    {
        var claiming = jpeg.ToArray();
        var frame = claiming.AsSpan(claiming.AsSpan().IndexOf(new byte[] { 0xFF, 0xC0 }));
        BinaryPrimitives.WriteUInt16BigEndian(frame[5..], height);
        BinaryPrimitives.WriteUInt16BigEndian(frame[7..], width);
        return claiming;
    }

    private static byte[] Encode(int width, int height, SKEncodedImageFormat format, Func<int, int, SKColor> colorAt)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                bitmap.SetPixel(x, y, colorAt(x, y));
            }
        }

        using var data = bitmap.Encode(format, 100);
        return data.ToArray();
    }
}
