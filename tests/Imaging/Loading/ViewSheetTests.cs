using Distill.Datasets.Images;
using Distill.Imaging.Augmentation;
using Distill.Imaging.Augmentation.Operations;
using Distill.Imaging.Loading;
using Distill.Learning.Randomness;
using Tests.Golden;
using Tests.Learning;
using static TorchSharp.torch;

namespace Tests.Imaging.Loading;

[Collection(TorchTests.Name)]
public sealed class ViewSheetTests
{
    private static readonly RandomKey Key = RandomKey.FromSeed(2).Fold("sheet");
    private static readonly AugmentationOptions Options = new(new CropOptions((0.2, 1), (1, 1), 0.5), [new Flip(0.5)]);

    [Fact]
    public void Originals_come_first_followed_by_the_views_of_the_first_epoch()
    {
        using var scope = NewDisposeScope();
        var shape = new ImageShape(1, 9, 9);
        var bytes = Enumerable.Range(0, 5 * shape.Size).Select(i => (byte)Key.Below(i, 256)).ToArray();
        using var bank = ImageBank.Open(new ImageSet("toy", shape, bytes, new int[5], ["a"]), CPU, threads: 1);

        var rows = ViewSheet.Rows(bank, Options, Key, images: 3, views: 2).ToArray();

        Assert.Equal(3, rows.Length);
        Close.Exactly(bank.Take([0, 1, 2]), rows[0]);
        for (var view = 0; view < 2; view++)
        {
            var requests = Enumerable.Range(0, 3).Select(i => bank.Draw(i, Options.Crop, Key.Fold(0).Fold(i).Fold(view)));
            Close.Exactly(bank.Cut(new ViewBatch([.. requests]) { Operations = Options.Operations }), rows[1 + view]);
        }
    }
}
