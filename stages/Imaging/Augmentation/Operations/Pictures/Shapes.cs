namespace Distill.Imaging.Augmentation.Operations.Pictures;

/// <summary>
/// Operations that move pixels (Pillow's <c>Image.transform</c> and <c>Image.rotate</c>, with nearest neighbors). Pixels from outside are
/// empty.
/// </summary>
internal static class Shapes
{
    private const double One = 1 << 16;

    /// <summary>Rotates around the center, counterclockwise.</summary>
    public static void Rotate(Picture picture, int degrees)
    {
        if (degrees == 0)
        {
            return;
        }

        var angle = -degrees * Math.PI / 180;
        var (cosine, sine) = (Math.Round(Math.Cos(angle), 15), Math.Round(Math.Sin(angle), 15));
        var (x, y) = (picture.Width / 2.0, picture.Height / 2.0);
        Transform(picture, [cosine, sine, cosine * -x + sine * -y + x, -sine, cosine, -sine * -x + cosine * -y + y]);
    }

    /// <summary>Moves each row by <paramref name="slope"/> times its number to the left.</summary>
    public static void ShearX(Picture picture, double slope) => Transform(picture, [1, slope, 0, 0, 1, 0]);

    /// <summary>Moves each column by <paramref name="slope"/> times its number up.</summary>
    public static void ShearY(Picture picture, double slope) => Transform(picture, [1, 0, 0, slope, 1, 0]);

    /// <summary>Moves the picture to the left and up by numbers of pixels.</summary>
    public static void Translate(Picture picture, int left, int up) => Transform(picture, [1, 0, left, 0, 1, up]);

    /// <summary>Takes each pixel (x, y) from (m₀x + m₁y + m₂, m₃x + m₄y + m₅), in Pillow's fixed point of 16 bits.</summary>
    private static void Transform(Picture picture, ReadOnlySpan<double> m)
    {
        var (width, height, planeSize) = (picture.Width, picture.Height, picture.Width * picture.Height);
        var values = new byte[picture.Values.Length];
        var empty = new bool[planeSize];
        // The center of a pixel is half a pixel from its corner.
        var (rowX, rowY) = (Fixed(m[2] + m[0] * 0.5 + m[1] * 0.5), Fixed(m[5] + m[3] * 0.5 + m[4] * 0.5));
        for (var row = 0; row < height; row++)
        {
            var (fixedX, fixedY) = (rowX, rowY);
            for (var column = 0; column < width; column++)
            {
                var (x, y) = (fixedX >> 16, fixedY >> 16);
                var (to, from) = (row * width + column, y * width + x);
                var inside = x >= 0 && x < width && y >= 0 && y < height;
                empty[to] = !inside || picture.Empty[from];
                for (var channel = 0; inside && channel < picture.Channels; channel++)
                {
                    values[channel * planeSize + to] = picture.Values[channel * planeSize + from];
                }

                fixedX += Fixed(m[0]);
                fixedY += Fixed(m[3]);
            }

            rowX += Fixed(m[1]);
            rowY += Fixed(m[4]);
        }

        picture.Set(values, empty);
    }

    private static int Fixed(double value) => (int)Math.Floor(value * One + 0.5);
}
