// C channels, H height, W width
namespace Distill.Imaging.Augmentation.Operations.Pictures;

/// <summary>
/// A view in 8-bit values. Operations on it give the bytes of Pillow, which the authors of RandAugment and its users worked with. Pixels
/// that an operation moved in from outside are empty: black with an alpha of 0 in Pillow.
/// </summary>
internal sealed class Picture
{
    /// <summary>Copies a view, whose values are rounded to 8 bits.</summary>
    /// <param name="view_CHW">Floats in [0, 1], one or three channels.</param>
    /// <param name="channels">C.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    public Picture(ReadOnlySpan<float> view_CHW, int channels, int height, int width)
    {
        (Channels, Height, Width) = (channels, height, width);
        (Values, Empty) = (new byte[view_CHW.Length], new bool[height * width]);
        for (var i = 0; i < view_CHW.Length; i++)
        {
            Values[i] = (byte)(view_CHW[i] * byte.MaxValue + 0.5f);
        }
    }

    public int Channels { get; }

    public int Height { get; }

    public int Width { get; }

    /// <summary>All values, [C, H, W].</summary>
    public byte[] Values { get; private set; }

    /// <summary>Which pixels are empty, [H, W].</summary>
    public bool[] Empty { get; private set; }

    /// <summary>Returns the values of one channel, [H, W].</summary>
    public Span<byte> Plane(int channel) => Values.AsSpan(channel * Height * Width, Height * Width);

    /// <summary>
    /// Returns the gray values of all pixels, [H, W], with the weights of ITU-R BT.601. Those of three equal values are the same value.
    /// </summary>
    public byte[] Gray()
    {
        if (Channels == 1)
        {
            return [.. Values];
        }

        var gray = new byte[Height * Width];
        for (var i = 0; i < gray.Length; i++)
        {
            var (red, green, blue) = (Values[i], Values[gray.Length + i], Values[2 * gray.Length + i]);
            gray[i] = (byte)((red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16);
        }

        return gray;
    }

    /// <summary>Replaces all pixels.</summary>
    public void Set(byte[] values, bool[] empty) => (Values, Empty) = (values, empty);

    /// <summary>Makes empty pixels black ones, as operations do for which Pillow drops the alpha channel.</summary>
    public void DropEmpty() => Array.Clear(Empty);

    /// <summary>
    /// Empties a square around a pixel, without the parts that are outside. A side that is not even becomes one pixel shorter.
    /// </summary>
    public void Cut(int row, int column, int side)
    {
        // What an operation makes of an emptied square that it does not know to be empty: UDA's color, and its gray.
        ReadOnlySpan<byte> fill = Channels == 1 ? [122] : [125, 122, 113];
        var half = side / 2;
        for (var y = Math.Max(0, row - half); y < Math.Min(Height, row + half); y++)
        {
            for (var x = Math.Max(0, column - half); x < Math.Min(Width, column + half); x++)
            {
                Empty[y * Width + x] = true;
                for (var channel = 0; channel < Channels; channel++)
                {
                    Plane(channel)[y * Width + x] = fill[channel];
                }
            }
        }
    }

    /// <summary>Writes the picture as floats in [0, 1].</summary>
    /// <param name="view_CHW">Receives the values.</param>
    /// <param name="fill">Value of empty pixels.</param>
    public void Write(Span<float> view_CHW, float fill)
    {
        for (var i = 0; i < Values.Length; i++)
        {
            view_CHW[i] = Empty[i % Empty.Length] ? fill : Values[i] / (float)byte.MaxValue;
        }
    }
}
