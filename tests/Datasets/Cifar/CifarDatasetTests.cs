using Distill.Datasets;
using Distill.Datasets.Images;
using Distill.Datasets.Options;
using Distill.Pipeline.Options;
using Tests.Learning;
using Tests.Pipeline;

namespace Tests.Datasets.Cifar;

/// <summary>CIFAR files of three records. Torchvision reads the same rows from pickled files.</summary>
[Collection(TorchTests.Name)]
public sealed class CifarDatasetTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(
        DatasetKind.Cifar10,
        "cifar10",
        "test_batch.bin",
        "data_batch_1.bin,data_batch_2.bin,data_batch_3.bin,data_batch_4.bin,data_batch_5.bin")]
    [InlineData(DatasetKind.Cifar100, "cifar100", "test.bin", "train.bin")]
    public void Labels_and_pixels_equal_torchvisions(DatasetKind kind, string name, string testFile, string trainFiles)
    {
        DatasetGolden.Write(name, _folder.Path);
        var dataset = Open(kind);

        AssertSame(dataset.Train(), $"{name}/train", [.. trainFiles.Split(',').Select(file => $"{name}/{file}")]);
        AssertSame(dataset.Test(), $"{name}/test", [$"{name}/{testFile}"]);
    }

    [Fact]
    public void Files_and_class_names_are_found_in_the_archives_own_folder()
    {
        Directory.CreateDirectory(_folder["cifar-10-batches-bin"]);
        DatasetGolden.Write("cifar10", _folder["cifar-10-batches-bin"]);
        Assert.Equal("truck", Open(DatasetKind.Cifar10).Train().ClassNames[9]);
    }

    [Fact]
    public void A_missing_file_is_reported_with_advice()
    {
        DatasetGolden.Write("cifar10", _folder.Path);
        File.Delete(_folder["data_batch_3.bin"]);
        Assert.Contains("missing data_batch_3.bin. Unpack", Message(() => Open(DatasetKind.Cifar10)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3073)]
    [InlineData(3074)]
    [InlineData(9218)]
    public void A_truncated_file_is_refused_unless_it_ends_after_a_record(int length)
    {
        DatasetGolden.Write("cifar10", _folder.Path);
        var path = _folder["data_batch_2.bin"];
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..length]);
        if (length == 3073)
        {
            Assert.Equal(13, Open(DatasetKind.Cifar10).Train().Count);
            return;
        }

        var message = Message(() => Open(DatasetKind.Cifar10).Train());
        Assert.Contains($"{path}: found {length} bytes, expected a multiple", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DatasetKind.Cifar10, "cifar10", "data_batch_5.bin", 3073, 10)]
    [InlineData(DatasetKind.Cifar100, "cifar100", "train.bin", 3075, 100)]
    public void A_label_without_a_class_is_refused(DatasetKind kind, string name, string file, int at, byte label)
    {
        DatasetGolden.Write(name, _folder.Path);
        var content = File.ReadAllBytes(_folder[file]);
        content[at] = label;
        File.WriteAllBytes(_folder[file], content);

        Assert.Contains($"record 1: found the label {label}", Message(() => Open(kind).Train()), StringComparison.Ordinal);
    }

    private static void AssertSame(ImageSet set, string labels, IEnumerable<string> files)
    {
        Assert.Equal(DatasetGolden.Labels(labels), set.Labels);
        var expected = files.SelectMany(file => DatasetGolden.Pixels(file, 3, 3, 32, 32)).ToArray();
        Assert.Equal(expected, Enumerable.Range(0, set.Count).SelectMany(index => set.Pixels.Decode(index).Pixels).ToArray());
    }

    private static string Message(Action action) => Assert.Throws<UserException>(action).Message;

    private IDataset Open(DatasetKind kind) => DatasetCatalog.Open(new DatasetOptions(kind, _folder.Path, 32, 3), _ => { });
}
