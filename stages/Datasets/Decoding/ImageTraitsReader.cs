using System.Buffers.Binary;
using SkiaSharp;

namespace Distill.Datasets.Decoding;

/// <summary>Finds an image's <see cref="ImageTraits"/> in its header.</summary>
internal static class ImageTraitsReader
{
    public static ImageTraits Read(ReadOnlySpan<byte> encoded, SKCodec codec)
    {
        var traits = codec.EncodedFormat switch
        {
            SKEncodedImageFormat.Png => ReadPng(encoded),
            SKEncodedImageFormat.Jpeg => ReadJpeg(encoded),
            SKEncodedImageFormat.Gif => ImageTraits.Palette,
            SKEncodedImageFormat.Bmp => ReadBmp(encoded),
            _ => ImageTraits.None,
        };
        return traits
            | (codec.FrameCount > 1 ? ImageTraits.Animated : ImageTraits.None)
            | (Orientation.Read(encoded, codec) == SKEncodedOrigin.TopLeft ? ImageTraits.None : ImageTraits.Rotated)
            | (codec.Info.AlphaType == SKAlphaType.Opaque ? ImageTraits.None : ImageTraits.Transparent);
    }

    /// <summary>PNG (ISO/IEC 15948): bit depth and color type are in the header. An animation (APNG) has a chunk acTL.</summary>
    private static ImageTraits ReadPng(ReadOnlySpan<byte> encoded)
    {
        if (!PngFile.HasSignature(encoded) || PngFile.FindChunk(encoded, "IHDR"u8) is not { Length: >= 10 } header)
        {
            return ImageTraits.None;
        }

        var color = header[9] switch
        {
            0 or 4 => ImageTraits.Gray,
            3 => ImageTraits.Palette,
            _ => ImageTraits.None,
        };
        return color
            | (header[8] == 16 ? ImageTraits.SixteenBit : ImageTraits.None)
            | (PngFile.FindChunk(encoded, "acTL"u8).IsEmpty ? ImageTraits.None : ImageTraits.Animated);
    }

    /// <summary>BMP: bits per pixel are at byte 28, or 24 after OS/2's 12-byte header. Up to 8 bits are an index into a palette.</summary>
    private static ImageTraits ReadBmp(ReadOnlySpan<byte> encoded)
    {
        if (encoded.Length < 30)
        {
            return ImageTraits.None;
        }

        var bits = BinaryPrimitives.ReadUInt16LittleEndian(encoded[(encoded[14] == 12 ? 24 : 28)..]);
        return bits <= 8 ? ImageTraits.Palette : ImageTraits.None;
    }

    /// <summary>JPEG (ITU-T T.81, B.2.2): the frame header has the number of components in byte 9, counted from the marker.</summary>
    private static ImageTraits ReadJpeg(ReadOnlySpan<byte> encoded)
    {
        for (var at = 2; at + 9 < encoded.Length && encoded[at] == 0xFF;)
        {
            var marker = encoded[at + 1];
            if (marker == 0xFF)
            {
                at++;
                continue;
            }

            // SOF0 … SOF15 without DHT (C4), JPG (C8) and DAC (CC).
            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
            {
                return encoded[at + 9] switch
                {
                    1 => ImageTraits.Gray,
                    4 => ImageTraits.Cmyk,
                    _ => ImageTraits.None,
                };
            }

            at += 2 + BinaryPrimitives.ReadUInt16BigEndian(encoded[(at + 2)..]);
        }

        return ImageTraits.None;
    }
}
