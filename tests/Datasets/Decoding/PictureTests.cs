using Distill.Datasets;
using Distill.Datasets.Options;
using Tests.Learning;
using Tests.Pipeline;

namespace Tests.Datasets.Decoding;

/// <summary>Images in every format, compared with PIL, which encoded them.</summary>
[Collection(TorchTests.Name)]
public sealed class PictureTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Pixels_equal_PILs(int channels)
    {
        Directory.CreateDirectory(_folder["train/some class"]);
        DatasetGolden.Write("pictures", _folder["train/some class"]);
        var dataset = DatasetCatalog.Open(new DatasetOptions(DatasetKind.Folder, _folder.Path, 8, channels), _ => { }, _folder["cache"]);
        var train = dataset.Train();

        Assert.All(train.Labels, label => Assert.Equal(0, label));
        DatasetGolden.AssertPictures(train, channels);
    }
}
