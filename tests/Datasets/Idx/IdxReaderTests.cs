using Distill.Datasets.Idx;
using Distill.Datasets.Images;
using Distill.Pipeline.Options;
using Tests.Pipeline;

namespace Tests.Datasets.Idx;

public sealed class IdxReaderTests : IDisposable
{
    private static readonly byte[] Pixels = [.. Enumerable.Range(1, 12).Select(i => (byte)i)];
    private static readonly byte[] Images = IdxFiles.Images(2, 3, 2, Pixels);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Plain_and_gzip_images_read_the_same()
    {
        foreach (var file in new[] { Images, IdxFiles.Gzip(Images) })
        {
            var (shape, pixels) = IdxReader.ReadImages(Write(file));
            Assert.Equal(new ImageShape(1, 3, 2), shape);
            Assert.Equal(Pixels, pixels);
        }
    }

    [Fact]
    public void Labels_are_read() => Assert.Equal([3, 1, 4], IdxReader.ReadLabels(Write(IdxFiles.Labels(3, 1, 4))));

    [Fact]
    public void The_hash_covers_the_uncompressed_content() =>
        Assert.Equal(IdxFile.Sha256(Write(Images)), IdxFile.Sha256(Write(IdxFiles.Gzip(Images))));

    [Fact]
    public void Labels_are_not_images() =>
        Refused(IdxFiles.Labels(1, 2), "is not an IDX file of images: it starts with 2049, expected 2051");

    [Fact]
    public void A_truncated_file_is_refused() => Refused(IdxFiles.Gzip(Images[..^1]), "is cut short");

    [Fact]
    public void A_truncated_header_is_refused() => Refused(Images[..7], "is cut short");

    [Fact]
    public void An_empty_file_is_refused() => Refused([], "is cut short");

    [Fact]
    public void Bytes_after_the_data_are_refused() => Refused([.. Images, 0], "is longer than its header declares (2 × 3 × 2 bytes)");

    [Fact]
    public void Damaged_gzip_is_refused()
    {
        var compressed = IdxFiles.Gzip(Images);
        compressed[^6] ^= 0xFF;
        Refused(compressed, "is damaged");
    }

    [Theory]
    [InlineData(int.MaxValue, 28, 28)]
    [InlineData(-1, -1, -1)]
    [InlineData(0, 28, 28)]
    public void A_header_with_an_impossible_size_is_refused_before_allocation(int count, int height, int width) =>
        Refused(IdxFiles.Gzip(IdxFiles.Images(count, height, width, Pixels)), "bytes on disk cannot contain them");

    [Fact]
    public void A_missing_file_is_named()
    {
        var message = Assert.Throws<UserException>(() => IdxReader.ReadLabels(_folder["none.gz"])).Message;
        Assert.Contains("none.gz cannot be read", message, StringComparison.Ordinal);
    }

    private void Refused(byte[] file, string problem)
    {
        var path = Write(file);
        var message = Assert.Throws<UserException>(() => IdxReader.ReadImages(path)).Message;
        Assert.StartsWith($"{path} ", message, StringComparison.Ordinal);
        Assert.Contains(problem, message, StringComparison.Ordinal);
    }

    private string Write(byte[] file)
    {
        File.WriteAllBytes(_folder["file"], file);
        return _folder["file"];
    }
}
