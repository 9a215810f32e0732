using Distill.Imaging;
using SkiaSharp;
using Tests.Learning;
using static TorchSharp.torch;

namespace Tests.Imaging;

[Collection(TorchTests.Name)]
public sealed class PngPictureTests
{
    private static readonly SKColor Background = new(250, 250, 250);

    [Fact]
    public void Images_are_pasted_at_their_place_and_scale()
    {
        using var picture = new PngPicture(5, 4);
        picture.Paste([10, 20, 30, 40, 50, 60], (1, 2), left: 1, top: 2, scale: 2);
        using var decoded = SKBitmap.Decode(picture.Encode());

        Assert.Equal((5, 4), (decoded.Width, decoded.Height));

        var (first, second) = (new SKColor(10, 30, 50), new SKColor(20, 40, 60));

        Assert.Equal(
            [
                .. Enumerable.Repeat(Background, 10),
                Background, first, first, second, second,
                Background, first, first, second, second,
            ],
            decoded.Pixels);
    }

    [Fact]
    public void One_channel_is_shown_as_gray()
    {
        using var picture = new PngPicture(2, 1);
        picture.Paste([7, 200], (1, 2));
        using var decoded = SKBitmap.Decode(picture.Encode());

        Assert.Equal([new SKColor(7, 7, 7), new SKColor(200, 200, 200)], decoded.Pixels);
    }

    [Fact]
    public void Values_are_rounded_and_clipped()
    {
        using var scope = NewDisposeScope();

        Assert.Equal([0, 0, 1, 128, 255, 255], PngPicture.ToBytes(tensor(new[] { -1, 0.001f, 0.003f, 0.502f, 1, 2 }, [1, 1, 2, 3])));
    }
}
