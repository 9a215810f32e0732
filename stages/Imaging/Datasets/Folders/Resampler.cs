namespace Stages.Imaging.Datasets.Folders;

/// <summary>
/// Resizes with a triangle filter that widens as the picture shrinks (bilinear with antialiasing, as in
/// torchvision's Resize of PIL images), in plain arithmetic so that every machine gets the same bytes.
/// </summary>
internal static class Resampler
{
    /// <summary>The shorter side becomes <paramref name="size"/>, then the middle size×size square is kept.</summary>
    public static DecodedImage ShorterSideThenCentre(DecodedImage image, int size)
    {
        var (channels, height, width) = image.Shape;
        var shorter = Math.Min(height, width);
        var rows = Taps(height, size, Scaled(height));
        var columns = Taps(width, size, Scaled(width));

        var narrow = new float[channels * height * size];
        for (var line = 0; line < channels * height; line++)
        {
            for (var x = 0; x < size; x++)
            {
                narrow[line * size + x] = columns[x].Sum(image.Pixels, line * width, stride: 1);
            }
        }

        var pixels = new byte[channels * size * size];
        for (var channel = 0; channel < channels; channel++)
        {
            for (var y = 0; y < size; y++)
            {
                for (var x = 0; x < size; x++)
                {
                    var value = rows[y].Sum(narrow, channel * height * size + x, stride: size);
                    pixels[(channel * size + y) * size + x] = (byte)Math.Clamp(MathF.Round(value), 0, 255);
                }
            }
        }

        return new DecodedImage(new ImageShape(channels, size, size), pixels);

        int Scaled(int side) => (int)Math.Max(size, Math.Round((double)side * size / shorter));
    }

    /// <summary>The taps of the middle <paramref name="kept"/> of <paramref name="scaled"/> outputs along one side.</summary>
    private static Tap[] Taps(int side, int kept, int scaled)
    {
        var step = (double)side / scaled;
        var reach = Math.Max(1, step);
        var offset = (scaled - kept) / 2;
        return [.. Enumerable.Range(offset, kept).Select(output => TapAt((output + 0.5) * step))];

        Tap TapAt(double centre)
        {
            var first = Math.Max(0, (int)Math.Floor(centre - reach + 0.5));
            var last = Math.Min(side, (int)Math.Floor(centre + reach + 0.5));
            var weights = Enumerable.Range(first, last - first)
                .Select(input => Math.Max(0, 1 - Math.Abs(input + 0.5 - centre) / reach))
                .ToArray();
            var total = weights.Sum();
            return new Tap(first, Array.ConvertAll(weights, weight => (float)(weight / total)));
        }
    }
}
