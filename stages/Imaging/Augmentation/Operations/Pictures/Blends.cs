namespace Distill.Imaging.Augmentation.Operations.Pictures;

/// <summary>
/// Operations that blend a picture with a degenerate version of it (Pillow's <c>ImageEnhance</c>): a factor below 1 moves toward it, one
/// above 1 away from it. Empty pixels stay empty.
/// </summary>
internal static class Blends
{
    /// <summary>Blends with the gray picture. A picture of one channel stays as it is.</summary>
    public static void Color(Picture picture, double factor)
    {
        if (picture.Channels == 1)
        {
            return;
        }

        var gray = picture.Gray();
        Blend(picture, factor, (_, place) => gray[place]);
    }

    /// <summary>Blends with the mean gray.</summary>
    public static void Contrast(Picture picture, double factor)
    {
        var gray = picture.Gray();
        var sum = 0L;
        foreach (var value in gray)
        {
            sum += value;
        }

        var mean = (byte)((double)sum / gray.Length + 0.5);
        Blend(picture, factor, (_, _) => mean);
    }

    /// <summary>Blends with black.</summary>
    public static void Brightness(Picture picture, double factor) => Blend(picture, factor, (_, _) => 0);

    /// <summary>Blends with the smoothed picture.</summary>
    public static void Sharpness(Picture picture, double factor)
    {
        var smooth = Smooth(picture);
        Blend(picture, factor, (channel, place) => smooth[channel * picture.Height * picture.Width + place]);
    }

    private static void Blend(Picture picture, double factor, Func<int, int, byte> degenerate)
    {
        // In single precision and without rounding, as Pillow does.
        var alpha = (float)factor;
        for (var channel = 0; channel < picture.Channels; channel++)
        {
            var plane = picture.Plane(channel);
            for (var place = 0; place < plane.Length; place++)
            {
                var from = degenerate(channel, place);
                plane[place] = (byte)Math.Clamp(from + alpha * (plane[place] - from), 0f, byte.MaxValue);
            }
        }
    }

    /// <summary>Averages each pixel, with weight 5, and its eight neighbors. Pixels of the border stay as they are.</summary>
    private static byte[] Smooth(Picture picture)
    {
        byte[] smooth = [.. picture.Values];
        for (var channel = 0; channel < picture.Channels; channel++)
        {
            var plane = picture.Plane(channel);
            for (var y = 1; y < picture.Height - 1; y++)
            {
                for (var x = 1; x < picture.Width - 1; x++)
                {
                    var place = y * picture.Width + x;
                    var sum = 4 * plane[place];
                    for (var row = place - picture.Width; row <= place + picture.Width; row += picture.Width)
                    {
                        sum += plane[row - 1] + plane[row] + plane[row + 1];
                    }

                    // 13 is odd, so no mean is halfway between two values.
                    smooth[channel * plane.Length + place] = (byte)((2 * sum + 13) / 26);
                }
            }
        }

        return smooth;
    }
}
