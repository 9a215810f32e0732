using System.Numerics;
using Distill.Datasets.Images;

namespace Distill.Datasets.Resampling;

/// <summary>
/// Crops and scales images of any size, antialiased and bicubic (<see cref="BicubicTaps"/>). It uses plain arithmetic, so every machine
/// gets the same bytes. Runs on loader threads.
/// </summary>
public static class Resampler
{
    /// <summary>Crops an image and scales the crop to a height and width.</summary>
    /// <param name="image">Image of C channels.</param>
    /// <param name="crop">Rectangle to cut out.</param>
    /// <param name="height">Height of the result, in pixels.</param>
    /// <param name="width">Width of the result, in pixels.</param>
    /// <param name="result">Destination, uint8 [C, height, width].</param>
    public static void Cut(DecodedImage image, Crop crop, int height, int width, Span<byte> result)
    {
        var shape = image.Shape;
        var rows = BicubicTaps.Create(shape.Height, (double)crop.Top * shape.Height, (double)crop.Height * shape.Height, height);
        var columns = BicubicTaps.Create(
            shape.Width, (double)crop.Left * shape.Width, (double)crop.Width * shape.Width, width, crop.Flipped);
        // Only columns that contribute to an output are summed.
        var (first, end) = (columns.Min(tap => tap.First), columns.Max(tap => tap.End));
        var line = new float[end - first];
        for (var channel = 0; channel < shape.Channels; channel++)
        {
            for (var y = 0; y < height; y++)
            {
                Array.Clear(line);
                for (var i = 0; i < rows[y].Weights.Length; i++)
                {
                    var start = (channel * shape.Height + rows[y].First + i) * shape.Width + first;
                    AddScaled(image.Pixels.AsSpan(start, line.Length), rows[y].Weights[i], line);
                }

                SumColumns(line, columns, first, result.Slice((channel * height + y) * width, width));
            }
        }
    }

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

    private static void AddScaled(ReadOnlySpan<byte> values, float weight, Span<float> sums)
    {
        var x = 0;
        for (; x <= values.Length - Vector<byte>.Count; x += Vector<byte>.Count)
        {
            Vector.Widen(new Vector<byte>(values[x..]), out var low, out var high);
            AddScaledHalf(low, weight, sums[x..]);
            AddScaledHalf(high, weight, sums[(x + Vector<ushort>.Count)..]);
        }

        for (; x < values.Length; x++)
        {
            sums[x] += weight * values[x];
        }
    }

    private static void AddScaledHalf(Vector<ushort> values, float weight, Span<float> sums)
    {
        Vector.Widen(values, out var low, out var high);
        var count = Vector<float>.Count;
        (new Vector<float>(sums) + Vector.ConvertToSingle(low) * weight).CopyTo(sums);
        (new Vector<float>(sums[count..]) + Vector.ConvertToSingle(high) * weight).CopyTo(sums[count..]);
    }

    private static void SumColumns(float[] line, Tap[] columns, int first, Span<byte> result)
    {
        for (var x = 0; x < result.Length; x++)
        {
            var tap = columns[x];
            var sum = 0f;
            var values = line.AsSpan(tap.First - first, tap.Weights.Length);
            for (var i = 0; i < values.Length; i++)
            {
                sum += tap.Weights[i] * values[i];
            }

            result[x] = (byte)Math.Clamp(MathF.Round(sum), 0, 255);
        }
    }
}
