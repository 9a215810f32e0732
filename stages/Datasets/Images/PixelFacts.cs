using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace Distill.Datasets.Images;

/// <summary>What a check needs to know about the pixels of an image.</summary>
/// <param name="Darkest">Smallest value.</param>
/// <param name="Brightest">Largest value.</param>
/// <param name="Contrast">Largest difference within a channel; 0 for an image of one color.</param>
/// <param name="IsGray">Whether all channels are equal.</param>
/// <param name="Content">
/// Part of a SHA-256 of size and pixels, equal for equal pictures in whatever format. Images of one color differ only by their color.
/// </param>
public readonly record struct PixelFacts(byte Darkest, byte Brightest, byte Contrast, bool IsGray, UInt128 Content)
{
    /// <summary>Whether the image has one color and no content.</summary>
    public bool IsConstant => Contrast == 0;

    /// <summary>Reads the facts from an image of one or three channels.</summary>
    public static PixelFacts Of(DecodedImage image)
    {
        var (shape, pixels) = image;
        var plane = shape.Height * shape.Width;
        var ranges = Enumerable.Range(0, shape.Channels).Select(channel => RangeOf(pixels.AsSpan(channel * plane, plane))).ToArray();
        var contrast = ranges.Max(range => range.Max - range.Min);
        var isGray = Enumerable.Range(1, shape.Channels - 1)
            .All(channel => pixels.AsSpan(0, plane).SequenceEqual(pixels.AsSpan(channel * plane, plane)));
        return new PixelFacts(
            ranges.Min(range => range.Min),
            ranges.Max(range => range.Max),
            (byte)contrast,
            isGray,
            contrast == 0 ? Hash([.. ranges.Select(range => range.Min)], 0, 0) : Hash(pixels, shape.Height, shape.Width));
    }

    private static UInt128 Hash(ReadOnlySpan<byte> pixels, int height, int width)
    {
        Span<byte> size = stackalloc byte[2 * sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(size, height);
        BinaryPrimitives.WriteInt32LittleEndian(size[sizeof(int)..], width);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(size);
        hash.AppendData(pixels);
        return BinaryPrimitives.ReadUInt128BigEndian(hash.GetHashAndReset());
    }

    private static (byte Min, byte Max) RangeOf(ReadOnlySpan<byte> values)
    {
        var (least, most) = (new Vector<byte>(values[0]), new Vector<byte>(values[0]));
        var at = 0;
        for (; at + Vector<byte>.Count <= values.Length; at += Vector<byte>.Count)
        {
            var lanes = new Vector<byte>(values[at..]);
            (least, most) = (Vector.Min(least, lanes), Vector.Max(most, lanes));
        }

        var (min, max) = (values[0], values[0]);
        for (var lane = 0; lane < Vector<byte>.Count; lane++)
        {
            (min, max) = (Math.Min(min, least[lane]), Math.Max(max, most[lane]));
        }

        foreach (var value in values[at..])
        {
            (min, max) = (Math.Min(min, value), Math.Max(max, value));
        }

        return (min, max);
    }
}
