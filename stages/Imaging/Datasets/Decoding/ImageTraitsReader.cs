using System.Buffers.Binary;
using SkiaSharp;

namespace Stages.Imaging.Datasets.Decoding;

/// <summary>Finds an image's <see cref="ImageTraits"/> in its header.</summary>
internal static class ImageTraitsReader
{
    private static ReadOnlySpan<byte> PngSignature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    public static ImageTraits Read(ReadOnlySpan<byte> encoded, SKCodec codec)
    {
        var traits = codec.EncodedFormat switch
        {
            SKEncodedImageFormat.Png => OfPng(encoded),
            SKEncodedImageFormat.Jpeg => OfJpeg(encoded),
            SKEncodedImageFormat.Gif => ImageTraits.Palette,
            _ => ImageTraits.None,
        };
        return traits
            | (codec.FrameCount > 1 ? ImageTraits.Animated : ImageTraits.None)
            | (codec.EncodedOrigin is SKEncodedOrigin.TopLeft or 0 ? ImageTraits.None : ImageTraits.Rotated)
            | (codec.Info.AlphaType == SKAlphaType.Opaque ? ImageTraits.None : ImageTraits.Transparent);
    }

    /// <summary>PNG (ISO/IEC 15948): the header chunk comes first; bit depth at 24, colour type at 25.</summary>
    private static ImageTraits OfPng(ReadOnlySpan<byte> encoded)
    {
        if (encoded.Length < 26 || !encoded.StartsWith(PngSignature))
        {
            return ImageTraits.None;
        }

        var colour = encoded[25] switch
        {
            0 or 4 => ImageTraits.Grey,
            3 => ImageTraits.Palette,
            _ => ImageTraits.None,
        };
        return encoded[24] == 16 ? colour | ImageTraits.SixteenBit : colour;
    }

    /// <summary>JPEG (ITU-T T.81, B.2.2): the frame header's ninth byte after the marker counts the components.</summary>
    private static ImageTraits OfJpeg(ReadOnlySpan<byte> encoded)
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
                    1 => ImageTraits.Grey,
                    4 => ImageTraits.Cmyk,
                    _ => ImageTraits.None,
                };
            }

            at += 2 + BinaryPrimitives.ReadUInt16BigEndian(encoded[(at + 2)..]);
        }

        return ImageTraits.None;
    }
}
