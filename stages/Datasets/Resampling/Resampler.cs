using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Distill.Datasets.Images;

namespace Distill.Datasets.Resampling;

/// <summary>
/// Crops and scales images of any size, antialiased and bicubic (<see cref="BicubicTaps"/>). It uses plain arithmetic, in which no
/// multiplication is fused with an addition, so every machine gets the same bytes. Runs on loader threads.
/// </summary>
/// <remarks>
/// Eight rows of the result are made at a time. Each is first a sum of rows of the image, eight columns per vector. The eight sums are
/// then transposed, so that the sums of columns take a vector of eight rows at every column.
/// </remarks>
public static class Resampler
{
    private const int Rows = Block.Side;

    /// <summary>Crops an image and scales the crop to a height and width.</summary>
    /// <param name="image">Image of C channels.</param>
    /// <param name="crop">Rectangle to cut out.</param>
    /// <param name="height">Height of the result, in pixels.</param>
    /// <param name="width">Width of the result, in pixels.</param>
    /// <param name="result">Destination, uint8 [C, height, width].</param>
    public static void Cut(DecodedImage image, Crop crop, int height, int width, Span<byte> result) =>
        Cut<byte>(image.Shape, image.Pixels, crop, height, width, result);

    /// <summary>Crops an image and scales the crop to a height and width.</summary>
    /// <param name="shape">Shape of the image.</param>
    /// <param name="pixels_CHW">Pixels of the image, uint8.</param>
    /// <param name="crop">Rectangle to cut out.</param>
    /// <param name="height">Height of the result, in pixels.</param>
    /// <param name="width">Width of the result, in pixels.</param>
    /// <param name="result">Destination, uint8 [C, height, width].</param>
    public static void Cut(
        ImageShape shape, ReadOnlySpan<byte> pixels_CHW, Crop crop, int height, int width, Span<byte> result) =>
        Cut<byte>(shape, pixels_CHW, crop, height, width, result);

    /// <summary>Crops an image, scales the crop, and divides the bytes by 255.</summary>
    /// <param name="shape">Shape of the image.</param>
    /// <param name="pixels_CHW">Pixels of the image, uint8.</param>
    /// <param name="crop">Rectangle to cut out.</param>
    /// <param name="height">Height of the result, in pixels.</param>
    /// <param name="width">Width of the result, in pixels.</param>
    /// <param name="result">Destination, floats in [0, 1], [C, height, width].</param>
    public static void Cut(
        ImageShape shape, ReadOnlySpan<byte> pixels_CHW, Crop crop, int height, int width, Span<float> result) =>
        Cut<float>(shape, pixels_CHW, crop, height, width, result);

    /// <summary>Shrinks the image so that its shorter side has at most so many pixels. Returns a smaller image unchanged.</summary>
    public static DecodedImage Shrink(DecodedImage image, int shorterSide)
    {
        var (height, width) = ShrunkSize(image.Shape.Height, image.Shape.Width, shorterSide);
        if ((height, width) == (image.Shape.Height, image.Shape.Width))
        {
            return image;
        }

        var shape = image.Shape with { Height = height, Width = width };
        var pixels = new byte[shape.Size];
        Cut(image, Crop.Whole, height, width, pixels);
        return new DecodedImage(shape, pixels);
    }

    /// <summary>Returns the size of the result of <see cref="Shrink"/>.</summary>
    public static (int Height, int Width) ShrunkSize(int height, int width, int shorterSide)
    {
        var shorter = Math.Min(height, width);
        return shorter <= shorterSide ? (height, width) : (Scaled(height), Scaled(width));

        int Scaled(int side) => (int)Math.Round((double)side * shorterSide / shorter);
    }

    private static void Cut<T>(ImageShape shape, ReadOnlySpan<byte> pixels_CHW, Crop crop, int height, int width, Span<T> result)
        where T : struct
    {
        using var down = new BicubicTaps(
            shape.Height, (double)crop.Top * shape.Height, (double)crop.Height * shape.Height, height);
        using var across = new BicubicTaps(
            shape.Width, (double)crop.Left * shape.Width, (double)crop.Width * shape.Width, width, crop.Flipped);
        // Only columns that contribute to an output are summed.
        var (first, count) = (across.First, across.End - across.First);
        var (sumsLength, cutLength) = (Rows * Block.Padded(count), Rows * Block.Padded(width));
        var buffer = ArrayPool<float>.Shared.Rent(2 * sumsLength + 2 * cutLength);
        var sums = buffer.AsSpan(0, sumsLength);
        var columns = buffer.AsSpan(sumsLength, sumsLength);
        var cutColumns = buffer.AsSpan(2 * sumsLength, cutLength);
        var cut = buffer.AsSpan(2 * sumsLength + cutLength, cutLength);
        for (var channel = 0; channel < shape.Channels; channel++)
        {
            var plane = pixels_CHW.Slice(channel * shape.Height * shape.Width, shape.Height * shape.Width);
            for (var y = 0; y < height; y += Rows)
            {
                var rows = Math.Min(Rows, height - y);
                for (var row = 0; row < rows; row++)
                {
                    var start = down.FirstOf(y + row) * shape.Width + first;
                    WeightedSum.OfRows(plane[start..], shape.Width, down.WeightsOf(y + row), sums.Slice(row * Block.Padded(count), count));
                }

                Block.Transpose(sums, columns);
                for (var x = 0; x < width; x++)
                {
                    var sum = WeightedSum.OfColumns(columns[((across.FirstOf(x) - first) * Rows)..], across.WeightsOf(x));
                    Pixel(sum).CopyTo(cutColumns[(x * Rows)..]);
                }

                Block.TransposeBack(cutColumns, cut);
                for (var row = 0; row < rows; row++)
                {
                    Store(cut.Slice(row * Block.Padded(width), width), result.Slice((channel * height + y + row) * width, width));
                }
            }
        }

        ArrayPool<float>.Shared.Return(buffer);
    }

    /// <summary>Rounds to a whole number in [0, 255].</summary>
    private static Vector256<float> Pixel(Vector256<float> x) => Vector256.MinNative(
        Vector256.MaxNative(Vector256.Round(x), Vector256<float>.Zero), Vector256.Create(255f));

    private static void Store<T>(ReadOnlySpan<float> pixels, Span<T> result)
        where T : struct
    {
        if (typeof(T) == typeof(byte))
        {
            PixelRow.ToBytes(pixels, MemoryMarshal.AsBytes(result));
        }
        else
        {
            PixelRow.ToFractions(pixels, MemoryMarshal.Cast<T, float>(result));
        }
    }
}
