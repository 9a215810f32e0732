using Distill.Datasets;
using Distill.Datasets.Images;
using Distill.Datasets.Options;
using SkiaSharp;
using Tests.Datasets.Folders;
using Tests.Pipeline;

namespace Tests.Datasets.Encoded;

/// <summary>What happens if a file is touched, copied, replaced or moved while a stage reads it.</summary>
public sealed class ChangedFilesTests : IDisposable
{
    private static readonly byte[] Content = Pictures.OneColor(SKColors.Red, 8, 8);

    private readonly TempFolder _folder = new();
    private readonly string _file;
    private readonly ImageSet _train;

    public ChangedFilesTests()
    {
        _file = _folder["train/a/1.png"];
        Directory.CreateDirectory(_folder["train/a"]);
        File.WriteAllBytes(_file, Content);
        _train = DatasetCatalog.Open(
            new DatasetOptions(DatasetKind.Folder, _folder.Path, 8, 3) { CacheMiB = 0 }, _ => { }, _folder["index"]).Train();
        File.SetLastWriteTimeUtc(_file, new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_touched_file_is_the_same_file() => Assert.Equal(255, _train.Pixels.Decode(0).Pixels[0]);

    [Fact]
    public void A_copy_of_the_same_bytes_is_the_same_file()
    {
        File.Delete(_file);
        File.WriteAllBytes(_file, Content);

        Assert.Equal(255, _train.Pixels.Decode(0).Pixels[0]);
    }

    [Fact]
    public void Other_bytes_are_refused()
    {
        File.WriteAllBytes(_file, Pictures.OneColor(SKColors.Lime, 8, 8));
        AssertRefused("");

        // The same bytes and more: only the length differs.
        File.WriteAllBytes(_file, [.. Content, 0]);
        AssertRefused("its content has changed since it was listed");
    }

    [Fact]
    public void A_moved_file_is_named_with_a_reason()
    {
        File.Move(_file, _folder["2.png"]);
        AssertRefused("it does not exist");
    }

    private void AssertRefused(string reason)
    {
        var error = Assert.ThrowsAny<IOException>(() => _train.Pixels.Decode(0));
        Assert.Contains("was readable when the run started, but no longer is: " + reason, error.Message, StringComparison.Ordinal);
    }
}
