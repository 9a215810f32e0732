using Distill.Datasets.Images;
using Distill.Datasets.Resampling;
using SkiaSharp;

namespace Distill.Datasets.Decoding;

/// <summary>
/// A JPEG decoded at n/8 of its size, with n from 1 to 7. The decoder then computes fewer pixels of each 8×8 block of coefficients.
/// </summary>
/// <param name="Size">Size of the decoded image. A last row or column that the image covers only in part counts as a whole one.</param>
/// <param name="Eighths">The number n.</param>
internal readonly record struct ScaledJpeg(SKSizeI Size, int Eighths)
{
    private const int Denominator = 8;

    /// <summary>
    /// Chooses the smallest scale whose shorter side still has a number of pixels; null for full size, and for files in other formats.
    /// </summary>
    public static ScaledJpeg? Choose(SKCodec codec, int shorterSide)
    {
        if (codec.EncodedFormat != SKEncodedImageFormat.Jpeg)
        {
            return null;
        }

        var (width, height) = (codec.Info.Width, codec.Info.Height);
        for (var eighths = 1; eighths < Denominator; eighths++)
        {
            var size = codec.GetScaledDimensions((float)eighths / Denominator);
            if ((size.Width, size.Height) == (Scaled(width, eighths), Scaled(height, eighths))
                && Math.Min(size.Width, size.Height) >= shorterSide)
            {
                return new ScaledJpeg(size, eighths);
            }
        }

        return null;
    }

    /// <summary>Shrinks the decoded image to the size to which <see cref="Resampler.Shrink"/> shrinks the full one.</summary>
    /// <param name="decoded">The image in the scaled size.</param>
    /// <param name="full">Size of the full image.</param>
    /// <param name="shorterSide">Shorter side of the result.</param>
    /// <param name="buffers">Owner of the result's pixels; null for an array of their own.</param>
    public DecodedImage Shrink(DecodedImage decoded, SKSizeI full, int shorterSide, PixelBuffers? buffers)
    {
        var (height, width) = Resampler.ShrunkSize(full.Height, full.Width, shorterSide);
        var shape = new ImageShape(decoded.Shape.Channels, height, width);
        var covered = Crop.Whole with
        {
            Height = (float)full.Height * Eighths / Denominator / Size.Height,
            Width = (float)full.Width * Eighths / Denominator / Size.Width,
        };
        var pixels = PixelBuffers.Take(buffers, shape.Size);
        Resampler.Cut(decoded, covered, height, width, pixels);
        return new DecodedImage(shape, pixels);
    }

    private static int Scaled(int length, int eighths) => (length * eighths + Denominator - 1) / Denominator;
}
