using Distill.Datasets;
using Distill.Datasets.Images;
using Distill.Datasets.Options;
using Distill.Pipeline.Options;
using Tests.Learning;
using Tests.Pipeline;

namespace Tests.Datasets.Idx;

/// <summary>The kind idx: images of 5×7 pixels, in gzip for training and plain for test. Torchvision reads the same values.</summary>
[Collection(TorchTests.Name)]
public sealed class IdxKindTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public IdxKindTests() => DatasetGolden.Write("idx", _folder.Path);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Labels_and_pixels_equal_torchvisions()
    {
        var (train, test) = (Open().Train(), Open().Test());

        Assert.Equal([2, 0, 3, 1], train.Labels);
        Assert.Equal([2, 0, 3], test.Labels);
        Assert.Equal(["0", "1", "2", "3"], test.ClassNames);
        Assert.Equal(new ImageShape(1, 5, 7), train.Shape);
        Assert.Equal(DatasetGolden.Pixels("idx/train", 4, 5, 7), Pixels(train));
        Assert.Equal(DatasetGolden.Pixels("idx/t10k", 3, 5, 7), Pixels(test));
    }

    [Fact]
    public void A_classes_file_names_the_classes_and_limits_the_labels()
    {
        var classes = _folder.Write("classes", "a\nb\nc\nd\n");

        Assert.Equal(["a", "b", "c", "d"], Open(classes).Train().ClassNames);

        _folder.Write("classes", "a\nb\nc\n");
        var message = Assert.Throws<UserException>(Open(classes).Train).Message;
        Assert.Contains("found the label 3, expected 0 to 2", message, StringComparison.Ordinal);
    }

    private static byte[] Pixels(ImageSet set) => [.. Enumerable.Range(0, set.Count).SelectMany(index => set.Pixels.Decode(index).Pixels)];

    private IDataset Open(string? classes = null) =>
        DatasetCatalog.Open(new DatasetOptions(DatasetKind.Idx, _folder.Path, 224, 1) { Classes = classes }, _ => { });
}
