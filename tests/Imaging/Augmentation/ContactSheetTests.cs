using Distill.Imaging.Augmentation;
using SkiaSharp;
using Tests.Learning;
using Tests.Pipeline;
using static TorchSharp.torch;

namespace Tests.Imaging.Augmentation;

[Collection(TorchTests.Name)]
public sealed class ContactSheetTests
{
    [Fact]
    public void Images_are_columns_and_small_ones_are_enlarged()
    {
        using var scope = NewDisposeScope();
        using var folder = new TempFolder();
        var images = zeros(3, 1, 28, 20);
        ContactSheet.Write(folder["sheet.png"], [images, images.add(0.2f)]);
        using var sheet = SKBitmap.Decode(folder["sheet.png"]);

        // Three times as large as the images, with gaps of 4 pixels.
        Assert.Equal((3 * 64 + 4, 2 * 88 + 4), (sheet.Width, sheet.Height));
        Assert.Equal(new SKColor(250, 250, 250), sheet.GetPixel(3, 3));
        Assert.Equal(SKColors.Black, sheet.GetPixel(4, 4));
        Assert.Equal(new SKColor(51, 51, 51), sheet.GetPixel(4 + 2 * 64, 4 + 88));
    }
}
