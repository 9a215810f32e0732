// C channels, H height, W width
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Distill.Datasets.Images;
using Distill.Imaging.Augmentation.Operations;

namespace Distill.Imaging.Augmentation;

/// <summary>
/// The view form of <see cref="CropRenderer"/>: cuts single crops from images of one shape, from bytes to floats, while they are in the
/// L1 cache. It has buffers, so each thread needs its own kernel.
/// </summary>
internal sealed class CropKernel
{
    private readonly int _height;
    private readonly int _width;
    private readonly float[] _plane;
    private readonly float[] _row;
    private readonly int[] _above;
    private readonly float[] _down;
    private readonly int[] _left;
    private readonly float[] _right;

    public CropKernel((int Height, int Width) image, (int Height, int Width) view)
    {
        (_height, _width) = image;
        _plane = new float[_height * _width];
        // One value more, so that the last column has a neighbor.
        _row = new float[_width + 1];
        (_above, _down) = (new int[view.Height], new float[view.Height]);
        (_left, _right) = (new int[view.Width], new float[view.Width]);
    }

    /// <summary>Cuts a crop and scales it to the size of the views.</summary>
    /// <param name="image_CHW">Bytes, row-major.</param>
    /// <param name="crop">Part of the image, possibly mirrored.</param>
    /// <param name="view">Receives floats in [0, 1].</param>
    public void Render(ReadOnlySpan<byte> image_CHW, Crop crop, ViewSpan view)
    {
        if (crop == Crop.Whole && (view.Height, view.Width) == (_height, _width))
        {
            ToFloats(image_CHW, view.Values);
            return;
        }

        Locate(crop.Top, crop.Height, _height, flipped: false, _above, _down);
        Locate(crop.Left, crop.Width, _width, crop.Flipped, _left, _right);
        for (var channel = 0; channel < view.Channels; channel++)
        {
            ToFloats(image_CHW.Slice(channel * _plane.Length, _plane.Length), _plane);
            var plane = view.Plane(channel);
            for (var y = 0; y < _above.Length; y++)
            {
                var upper = _plane.AsSpan(_above[y] * _width, _width);
                var lower = _plane.AsSpan(Math.Min(_above[y] + 1, _height - 1) * _width, _width);
                Mix(upper, lower, _down[y], _row);
                _row[_width] = _row[_width - 1];
                Sample(plane.Slice(y * view.Width, view.Width));
            }
        }
    }

    /// <summary>
    /// Finds for each position of a view the pixel before it and the distance beyond that pixel, along one axis. Centers of pixels are
    /// at halves, and borders are repeated (grid_sample with align_corners = false and border padding).
    /// </summary>
    private static void Locate(float start, float extent, int length, bool flipped, int[] before, float[] beyond)
    {
        var step = (double)extent / before.Length;
        for (var i = 0; i < before.Length; i++)
        {
            var position = Math.Clamp((start + (i + 0.5) * step) * length - 0.5, 0, length - 1);
            var place = flipped ? before.Length - 1 - i : i;
            before[place] = (int)position;
            beyond[place] = (float)(position - (int)position);
        }
    }

    /// <summary>Interpolates between two rows of the image.</summary>
    private static void Mix(ReadOnlySpan<float> upper, ReadOnlySpan<float> lower, float down, Span<float> row)
    {
        var x = 0;
        for (; x <= upper.Length - VectorRow.Count; x += VectorRow.Count)
        {
            var above = Vector256.Create(upper[x..]);
            (above + (Vector256.Create(lower[x..]) - above) * down).CopyTo(row[x..]);
        }

        for (; x < upper.Length; x++)
        {
            row[x] = upper[x] + (lower[x] - upper[x]) * down;
        }
    }

    /// <summary>Interpolates between the columns of the mixed row.</summary>
    private void Sample(Span<float> target)
    {
        var row = _row;
        var left = _left.AsSpan(0, target.Length);
        var right = _right.AsSpan(0, target.Length);
        for (var x = 0; x < target.Length; x++)
        {
            var near = row[left[x]];
            target[x] = near + (row[left[x] + 1] - near) * right[x];
        }
    }

    /// <summary>Divides by 255, with the same bits as a division of tensors.</summary>
    private static void ToFloats(ReadOnlySpan<byte> bytes, Span<float> floats)
    {
        var i = 0;
        for (; i <= bytes.Length - VectorRow.Count; i += VectorRow.Count)
        {
            var shorts = Vector128.WidenLower(Vector128.CreateScalarUnsafe(MemoryMarshal.Read<ulong>(bytes[i..])).AsByte());
            var whole = Vector256.Create(Vector128.WidenLower(shorts), Vector128.WidenUpper(shorts)).AsInt32();
            (Vector256.ConvertToSingle(whole) / 255f).CopyTo(floats[i..]);
        }

        for (; i < bytes.Length; i++)
        {
            floats[i] = bytes[i] / 255f;
        }
    }
}
