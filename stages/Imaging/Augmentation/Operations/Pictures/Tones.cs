namespace Distill.Imaging.Augmentation.Operations.Pictures;

/// <summary>Operations that map each value to another one, by a table for every channel (Pillow's <c>ImageOps</c>).</summary>
internal static class Tones
{
    private const int Values = 256;

    /// <summary>Stretches the values of each channel to 0 … 255.</summary>
    public static void AutoContrast(Picture picture) => Map(picture, plane =>
    {
        byte low = byte.MaxValue, high = 0;
        foreach (var value in plane)
        {
            (low, high) = (Math.Min(low, value), Math.Max(high, value));
        }

        if (high <= low)
        {
            return Table(value => value);
        }

        var scale = 255.0 / (high - low);
        var offset = -low * scale;
        return Table(value => (int)(value * scale + offset));
    });

    /// <summary>Makes all values of each channel about equally frequent.</summary>
    public static void Equalize(Picture picture) => Map(picture, plane =>
    {
        var counts = new int[Values];
        foreach (var value in plane)
        {
            counts[value]++;
        }

        // The last count that is not zero stands apart, so that its value becomes white.
        var step = (plane.Length - counts[Array.FindLastIndex(counts, count => count > 0)]) / byte.MaxValue;
        if (step == 0)
        {
            return Table(value => value);
        }

        var below = step / 2;
        return Table(value =>
        {
            var mapped = below / step;
            below += counts[value];
            return mapped;
        });
    });

    public static void Invert(Picture picture) => Map(picture, _ => Table(value => byte.MaxValue - value));

    /// <summary>Keeps the highest bits of each value.</summary>
    public static void Posterize(Picture picture, int bits) => Map(picture, _ => Table(value => value & -(1 << (8 - bits))));

    /// <summary>Inverts the values from a threshold on.</summary>
    public static void Solarize(Picture picture, int threshold) =>
        Map(picture, _ => Table(value => value < threshold ? value : byte.MaxValue - value));

    /// <param name="picture">The picture, changed in place.</param>
    /// <param name="tableOf">Returns the table of a channel.</param>
    private static void Map(Picture picture, TableOf tableOf)
    {
        picture.DropEmpty();
        for (var channel = 0; channel < picture.Channels; channel++)
        {
            var plane = picture.Plane(channel);
            var table = tableOf(plane);
            for (var i = 0; i < plane.Length; i++)
            {
                plane[i] = table[plane[i]];
            }
        }
    }

    private static byte[] Table(Func<int, int> mapped)
    {
        var table = new byte[Values];
        for (var value = 0; value < Values; value++)
        {
            table[value] = (byte)Math.Clamp(mapped(value), 0, byte.MaxValue);
        }

        return table;
    }

    private delegate byte[] TableOf(ReadOnlySpan<byte> plane);
}
