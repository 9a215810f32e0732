using Distill.Cli.Checks;
using SkiaSharp;
using Tests.Datasets.Folders;

namespace Tests.Cli.Checks;

/// <summary>The contact sheet of the data.</summary>
public sealed class CheckSheetTests : IDisposable
{
    private const int Pitch = 88;
    private const int Middle = 4 + 42;

    private readonly CheckedFolder _folder = new();

    [Fact]
    public void Odd_images_come_first_and_then_a_row_of_each_class()
    {
        _folder.Write("train/cat/broken.png", "no image"u8.ToArray());
        _folder.Write("train/dog/00.png", Pictures.OneColor(SKColors.Blue, 30, 20));
        _folder.Copy("train/fox/00.png", "test/fox/copy.png");
        _folder.Write("unlabeled/1.png", _folder.NewPicture());
        var path = _folder.Temporary["sheets/data.png"];

        var lines = CheckSheet.Write(path, _folder.Check().Data);

        Assert.Equal(
            [
                $"{path}:",
                "  row 1: train, skipped: train/cat/broken.png (not an image of a known format)",
                "  row 2: train, one color: train/dog/00.png",
                "  row 3: the same picture, in pairs: train/fox/00.png = test/fox/copy.png",
                "  row 4: train, cat: train/cat/00.png, train/cat/01.png, train/cat/02.png and 31 more",
                "  row 5: train, dog: train/dog/00.png, train/dog/01.png, train/dog/02.png and 31 more",
                "  row 6: train, fox: train/fox/00.png, train/fox/01.png, train/fox/02.png and 31 more",
                "  row 7: train, without a class: unlabeled/1.png",
            ],
            lines);
        using var sheet = SKBitmap.Decode(path);
        Assert.Equal((884, 7 * Pitch + 4), (sheet.Width, sheet.Height));
        Assert.Equal(new SKColor(200, 40, 40), sheet.GetPixel(Middle, Middle));
        Assert.Equal(SKColors.Blue, sheet.GetPixel(Middle, Middle + Pitch));
        Assert.Equal(SKColors.Blue, sheet.GetPixel(Middle, Middle + 4 * Pitch));
        Assert.Equal(
            Enumerable.Range(4, 84).Select(y => sheet.GetPixel(Middle, y + 2 * Pitch)),
            Enumerable.Range(4, 84).Select(y => sheet.GetPixel(Middle + Pitch, y + 2 * Pitch)));
    }

    [Fact]
    public void Classes_after_the_first_30_are_counted_and_images_without_a_class_are_drawn_too()
    {
        foreach (var number in Enumerable.Range(0, 31))
        {
            _folder.Write($"train/z{number:00}/1.png", _folder.NewPicture());
        }

        _folder.Write("unlabeled/1.png", _folder.NewPicture());
        var path = _folder.Temporary["data.png"];

        var lines = CheckSheet.Write(path, _folder.Check().Data);

        Assert.Equal(
            [
                "  row 30: train, z26: train/z26/1.png",
                "  row 31: train, without a class: unlabeled/1.png",
                "  and 4 other classes",
            ],
            lines.TakeLast(3));
        using var sheet = SKBitmap.Decode(path);
        Assert.Equal(31 * Pitch + 4, sheet.Height);
    }

    [Fact]
    public void A_set_without_a_usable_image_has_a_sheet_too()
    {
        _folder.Replace("train", _ => []);
        _folder.Delete("test");
        var path = _folder.Temporary["data.png"];

        var lines = CheckSheet.Write(path, _folder.Check().Data);

        Assert.Equal(2, lines.Count);
        using var sheet = SKBitmap.Decode(path);
        Assert.Equal(Pitch + 4, sheet.Height);
    }

    public void Dispose() => _folder.Dispose();
}
