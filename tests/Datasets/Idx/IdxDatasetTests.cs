using Distill.Datasets;
using Distill.Datasets.Idx;
using Distill.Datasets.Options;
using Distill.Pipeline.Options;
using Tests.Pipeline;

namespace Tests.Datasets.Idx;

public sealed class IdxDatasetTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public IdxDatasetTests()
    {
        Write(IdxDataset.TrainImages, IdxFiles.Images(2, 1, 2, [1, 2, 3, 4]));
        Write(IdxDataset.TrainLabels, IdxFiles.Labels(9, 0));
        Write(IdxDataset.TestImages, IdxFiles.Images(1, 1, 2, [5, 6]));
        Write(IdxDataset.TestLabels, IdxFiles.Labels(1));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Training_never_opens_the_test_files()
    {
        File.WriteAllText(_folder[IdxDataset.TestImages], "damaged");
        var dataset = Open(DatasetKind.Sample);

        Assert.Equal([9, 0], dataset.Train().Labels);
        Assert.Equal(64, dataset.TrainFingerprint().Length);
        Assert.Throws<UserException>(dataset.Test);
    }

    [Fact]
    public void Compression_does_not_change_the_fingerprint()
    {
        var plain = Open(DatasetKind.Sample).TrainFingerprint();
        var images = File.ReadAllBytes(_folder[IdxDataset.TrainImages]);
        File.Delete(_folder[IdxDataset.TrainImages]);
        Write(IdxDataset.TrainImages + ".gz", IdxFiles.Gzip(images));

        Assert.Equal(plain, Open(DatasetKind.Sample).TrainFingerprint());
    }

    [Fact]
    public void Missing_files_are_reported_with_the_command_to_run()
    {
        File.Delete(_folder[IdxDataset.TrainLabels]);
        var message = Assert.Throws<UserException>(() => Open(DatasetKind.FashionMnist)).Message;

        Assert.Contains("missing train-labels-idx1-ubyte (.gz or plain)", message, StringComparison.Ordinal);
        Assert.Contains("make data", message, StringComparison.Ordinal);
        Assert.Contains("distill data fetch", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_differ_from_the_published_ones_are_refused()
    {
        var message = Assert.Throws<UserException>(() => Open(DatasetKind.FashionMnist).Train()).Message;
        Assert.Contains($"{_folder[IdxDataset.TrainImages]} is not the published file", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_must_match_the_images_and_the_classes()
    {
        Write(IdxDataset.TrainLabels, IdxFiles.Labels(1, 2, 3));
        var message = Assert.Throws<UserException>(Open(DatasetKind.Sample).Train).Message;

        Assert.Contains("found 3 labels, expected 2, one per image", message, StringComparison.Ordinal);

        Write(IdxDataset.TrainLabels, IdxFiles.Labels(1, 10));
        message = Assert.Throws<UserException>(Open(DatasetKind.Sample).Train).Message;

        Assert.Contains("found the label 10", message, StringComparison.Ordinal);
    }

    private IDataset Open(DatasetKind kind) => DatasetCatalog.Open(new DatasetOptions(kind, _folder.Path, 28, 1), _ => { });

    private void Write(string name, byte[] content) => File.WriteAllBytes(_folder[name], content);
}
