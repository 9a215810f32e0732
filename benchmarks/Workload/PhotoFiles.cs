using SkiaSharp;

namespace Benchmarks.Workload;

/// <summary>
/// Drawn JPEG files that cost as much to decode as photographs: shading on all scales, objects with sharp edges, and grain. A file of
/// 500×375 pixels at quality 90 has 40 to 75 KB.
/// </summary>
internal static class PhotoFiles
{
    public const int Height = 375;
    public const int Width = 500;

    private const int Quality = 90;
    private const int Objects = 14;

    /// <summary>Distance in pixels between the points of each scale of the shading.</summary>
    private static readonly int[] Scales = [128, 64, 32, 16, 8, 4];

    /// <summary>Writes files below train/a and train/b of a folder.</summary>
    public static void Write(string folder, int count)
    {
        var train = Path.Combine(folder, "train");
        Directory.CreateDirectory(Path.Combine(train, "a"));
        Directory.CreateDirectory(Path.Combine(train, "b"));
        Parallel.For(0, count, image => File.WriteAllBytes(
            Path.Combine(train, image % 2 == 0 ? "a" : "b", FormattableString.Invariant($"{image:0000}.jpg")),
            Encode(new Random(image))));
    }

    private static byte[] Encode(Random random)
    {
        var objects = Enumerable.Range(0, Objects).Select(_ => Ellipse.Draw(random)).ToArray();
        var light = new float[Height * Width];
        foreach (var scale in Scales)
        {
            AddShading(light, scale, random);
        }

        // Every photograph has another amount of grain, and so another size of file.
        var grain = 4 + 12 * random.NextSingle();
        using var bitmap = new SKBitmap(new SKImageInfo(Width, Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        var pixels = new SKColor[light.Length];
        for (var place = 0; place < pixels.Length; place++)
        {
            var (y, x) = (place / Width, place % Width);
            var (red, green, blue) = (110f, 120f, 130f);
            foreach (var ellipse in objects)
            {
                (red, green, blue) = ellipse.Covers(x, y) ? ellipse.Color : (red, green, blue);
            }

            var more = light[place] + grain * (2 * random.NextSingle() - 1);
            pixels[place] = new SKColor(Byte(red + more), Byte(green + more), Byte(blue + more));
        }

        bitmap.Pixels = pixels;
        using var data = bitmap.Encode(SKEncodedImageFormat.Jpeg, Quality);
        return data.ToArray();
    }

    /// <summary>Adds random values at the points of a lattice, interpolated between them. Wider lattices have more weight.</summary>
    private static void AddShading(float[] light, int distance, Random random)
    {
        var columns = Width / distance + 2;
        var points = new float[columns * (Height / distance + 2)];
        for (var point = 0; point < points.Length; point++)
        {
            points[point] = (2 * random.NextSingle() - 1) * MathF.Sqrt(distance) * 5;
        }

        for (var place = 0; place < light.Length; place++)
        {
            var (y, x) = (place / Width, place % Width);
            var corner = y / distance * columns + x / distance;
            var (down, right) = ((float)(y % distance) / distance, (float)(x % distance) / distance);
            var upper = points[corner] * (1 - right) + points[corner + 1] * right;
            var lower = points[corner + columns] * (1 - right) + points[corner + columns + 1] * right;
            light[place] += upper * (1 - down) + lower * down;
        }
    }

    private static byte Byte(float value) => (byte)Math.Clamp(value, 0, 255);

    /// <summary>A filled ellipse.</summary>
    private readonly record struct Ellipse(float X, float Y, float Across, float Down, (float Red, float Green, float Blue) Color)
    {
        public static Ellipse Draw(Random random) => new(
            random.NextSingle() * Width,
            random.NextSingle() * Height,
            15 + 95 * random.NextSingle(),
            15 + 95 * random.NextSingle(),
            (20 + 215 * random.NextSingle(), 20 + 215 * random.NextSingle(), 20 + 215 * random.NextSingle()));

        public bool Covers(int x, int y)
        {
            var (across, down) = ((x - X) / Across, (y - Y) / Down);
            return across * across + down * down < 1;
        }
    }
}
