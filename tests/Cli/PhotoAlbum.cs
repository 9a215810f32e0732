using SkiaSharp;
using Tests.Datasets.Folders;
using Tests.Golden;

namespace Tests.Cli;

/// <summary>
/// A realistic image folder: three classes of photographs of all sizes, formats and orientations, images without a class, and test images.
/// Among them are files that are damaged, empty, absurdly large or in other formats.
/// </summary>
internal sealed class PhotoAlbum
{
    private static readonly string[] Classes = ["disc", "square", "stripes"];
    private readonly string _folder;
    private int _drawn;

    /// <summary>Writes the album into a folder.</summary>
    public PhotoAlbum(string folder)
    {
        _folder = folder;
        foreach (var name in Classes)
        {
            Draw($"train/{name}", name, 50);
            Draw($"test/{name}", name, 10);
        }

        for (var i = 0; i < 60; i++)
        {
            Draw("unlabeled/roll", Classes[i % 3], 1);
        }

        foreach (var path in Directory.GetFiles(GoldenFile.PathOf("Photos")))
        {
            File.Copy(path, PathOf($"unlabeled/kinds/{Path.GetFileName(path)}"));
            Train++;
        }

        File.WriteAllBytes(PathOf("test/found.png"), Pictures.OneColor(SKColors.Gray, 30, 30));
        AddUnusable();
    }

    /// <summary>Number of training images that can be used.</summary>
    public int Train { get; private set; }

    /// <summary>Number of test images that can be used.</summary>
    public int Test { get; private set; }

    /// <summary>Names of the training files that cannot be used.</summary>
    public List<string> Unusable { get; } = [];

    /// <summary>The test image that has no class.</summary>
    public const string Classless = "test/found.png";

    private void AddUnusable()
    {
        var jpeg = Drawing("disc", 200, 150, 1, SKEncodedImageFormat.Jpeg);
        var png = Drawing("square", 120, 90, 2, SKEncodedImageFormat.Png);
        var webp = Drawing("stripes", 90, 120, 3, SKEncodedImageFormat.Webp);
        Put("train/disc/zz-empty.jpg", []);
        Put("train/disc/zz-text.jpg", "<html>404</html>"u8.ToArray());
        Put("train/disc/zz-half.jpg", jpeg[..(jpeg.Length / 2)]);
        Put("train/disc/zz-bomb.jpg", Pictures.Claiming(jpeg, 50_000, 50_000));
        Put("train/square/zz-half.png", png[..(png.Length / 2)]);
        Put("train/square/zz-head.png", png[..30]);
        Put("train/square/zz-wrong.png", [.. png[..60], .. png[80..]]);
        Put("train/stripes/zz-half.webp", webp[..(webp.Length / 2)]);
        Put("unlabeled/zz-head.gif", "GIF89a"u8.ToArray());
        Put("unlabeled/zz-phone.heic", [0, 0, 0, 24, .. "ftypheic"u8]);
        Put("unlabeled/zz-scan.tiff", "II*\0"u8.ToArray());
    }

    private void Put(string name, byte[] content)
    {
        File.WriteAllBytes(PathOf(name), content);
        Unusable.Add(name);
    }

    private void Draw(string into, string shape, int count)
    {
        for (var i = 0; i < count; i++, _drawn++)
        {
            var (width, height) = (20 + _drawn * 37 % 580, 20 + _drawn * 101 % 580);
            var format = (_drawn % 4) switch
            {
                0 => SKEncodedImageFormat.Png,
                1 => SKEncodedImageFormat.Webp,
                _ => SKEncodedImageFormat.Jpeg,
            };
            var content = Drawing(shape, width, height, _drawn, format);
            if (format == SKEncodedImageFormat.Jpeg && _drawn % 3 == 0)
            {
                content = Pictures.WithOrientation(content, (byte)(1 + _drawn % 8));
            }

            var extension = format == SKEncodedImageFormat.Jpeg ? "jpg" : format.ToString().ToLowerInvariant();
            File.WriteAllBytes(PathOf($"{into}/{_drawn:000}.{extension}"), content);
            if (into.StartsWith("test", StringComparison.Ordinal))
            {
                Test++;
            }
            else
            {
                Train++;
            }
        }
    }

    /// <summary>Draws a shape on a background. Hue and position depend on the seed.</summary>
    public static byte[] Drawing(string shape, int width, int height, int seed, SKEncodedImageFormat format)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(bitmap);
        using var paint = new SKPaint { Color = SKColor.FromHsv(seed * 47 % 360, 80, 90) };
        canvas.Clear(SKColor.FromHsv(seed * 83 % 360, 40, 40));
        var (x, y, side) = (width * (3 + seed % 4) / 9f, height * (3 + seed % 3) / 8f, Math.Min(width, height) / 3f);
        switch (shape)
        {
            case "disc":
                canvas.DrawCircle(x, y, side, paint);
                break;
            case "square":
                canvas.DrawRect(x - side, y - side, 2 * side, 2 * side, paint);
                break;
            default:
                for (var line = 0; line < 4; line++)
                {
                    canvas.DrawRect(0, line * height / 4f, width, height / 8f, paint);
                }

                break;
        }

        using var data = bitmap.Encode(format, 90);
        return data.ToArray();
    }

    private string PathOf(string name)
    {
        var path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }
}
