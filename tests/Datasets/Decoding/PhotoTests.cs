using Distill.Datasets;
using Distill.Datasets.Decoding;
using Distill.Datasets.Images;
using Distill.Datasets.Options;
using Tests.Golden;
using Tests.Learning;
using Tests.Pipeline;
using static TorchSharp.torch;

namespace Tests.Datasets.Decoding;

/// <summary>Every kind of image file, compared with PIL pixel by pixel (tests/Golden/make_photos.py).</summary>
[Collection(TorchTests.Name)]
public sealed class PhotoTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Names =>
        [.. Directory.GetFiles(GoldenFile.PathOf("Photos")).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Pixels_equal_PILs(string name)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenFile.Read("photos");

        Close.To(golden[$"{name} RGB"], Decoded(name, channels: 3), ToleranceOf(name), "color");
        Close.To(golden[$"{name} L"], Decoded(name, channels: 1), ToleranceOf(name), "gray");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_a_pooled_array_held_before_changes_no_pixel(string name)
    {
        var bytes = File.ReadAllBytes(Path.Combine(GoldenFile.PathOf("Photos"), name));
        foreach (var (channels, shorterSide) in new (int, int?)[] { (3, null), (1, null), (3, 9), (1, 4) })
        {
            var expected = ImageDecoder.Decode(bytes, channels, shorterSide).Image;
            using (var dirty = new PixelBuffers())
            {
                for (var i = 0; i < 4; i++)
                {
                    PixelBuffers.Take(dirty, expected.Shape.Size).AsSpan().Fill(99);
                    PixelBuffers.Take(dirty, 4 * 21 * 17).AsSpan().Fill(99);
                }
            }

            using var buffers = new PixelBuffers();
            var actual = ImageDecoder.Decode(bytes, channels, shorterSide, buffers).Image;

            Assert.Equal(expected.Shape, actual.Shape);
            Assert.Equal(expected.Pixels, actual.Pixels.AsSpan(0, actual.Shape.Size).ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Traits_are_reported(string name)
    {
        Take(name);
        var report = Open(channels: 3).Report(Split.Train)!;

        Assert.Equal((1, 0), (report.Used, report.Refused.Count));

        var traits = report.Traits.Keys.Aggregate(ImageTraits.None, (all, trait) => all | trait);
        Assert.Equal(TraitsOf(name), traits);
    }

    /// <summary>Zero, even for JPEG. Only five bits become eight either by rounding or by repetition, depending on the decoder.</summary>
    private static double ToleranceOf(string name) => name == "15-bit.bmp" ? 1 : 0;

    /// <summary>The files are named after their traits.</summary>
    private static ImageTraits TraitsOf(string name) =>
        Having(name, ImageTraits.Gray, "gray.jpg", "gray.png", "gray-", "one-bit.png")
        | Having(name, ImageTraits.Palette, "palette", ".gif", "gray.bmp", "one-bit.bmp")
        | Having(name, ImageTraits.SixteenBit, "16-bit")
        | Having(name, ImageTraits.Cmyk, "cmyk", "ycck")
        | Having(name, ImageTraits.Animated, "animated")
        | (name.StartsWith("exif-1", StringComparison.Ordinal) ? ImageTraits.None : Having(name, ImageTraits.Rotated, "exif"))
        | Having(name, ImageTraits.Transparent, "rgba", "alpha", "transparent");

    private static ImageTraits Having(string name, ImageTraits trait, params string[] signs) =>
        signs.Any(sign => name.Contains(sign, StringComparison.Ordinal)) ? trait : ImageTraits.None;

    private Tensor Decoded(string name, int channels)
    {
        Take(name);
        var image = Open(channels).Train().Pixels.Decode(0);
        return tensor(image.Pixels, [image.Shape.Channels, image.Shape.Height, image.Shape.Width], dtype: ScalarType.Byte);
    }

    private void Take(string name)
    {
        Directory.CreateDirectory(_folder["train/a"]);
        File.Copy(Path.Combine(GoldenFile.PathOf("Photos"), name), Path.Combine(_folder["train/a"], name), overwrite: true);
    }

    private IDataset Open(int channels) => DatasetCatalog.Open(
        new DatasetOptions(DatasetKind.Folder, _folder.Path, 16, channels), _ => { }, _folder["index"]);
}
