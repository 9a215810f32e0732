using Distill.Pipeline.Storage;

namespace Tests.Pipeline.Storage;

public sealed class MappedFileTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly byte[] _content = new byte[10_000];

    public MappedFileTests()
    {
        new Random(0).NextBytes(_content);
        File.WriteAllBytes(_folder["x"], _content);
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0, 10_000)]
    [InlineData(4_095, 4_098)]
    [InlineData(9_999, 1)]
    [InlineData(10_000, 0)]
    public void Any_part_is_read_even_after_the_file_is_deleted(long offset, int length)
    {
        using var file = MappedFile.Open(_folder["x"]);
        File.Delete(_folder["x"]);
        byte[]? read = null;
        file.Use(offset, length, bytes => read = bytes.ToArray());

        Assert.Equal(_content.Length, file.Length);
        Assert.Equal(_content.AsSpan((int)offset, length).ToArray(), read);
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, -1)]
    [InlineData(9_999, 2)]
    [InlineData(long.MaxValue, 1)]
    public void A_part_beyond_the_file_is_refused(long offset, int length)
    {
        using var file = MappedFile.Open(_folder["x"]);

        Assert.Throws<ArgumentOutOfRangeException>(() => file.Use(offset, length, _ => { }));
    }

    [Fact]
    public void A_missing_file_is_refused() => Assert.Throws<FileNotFoundException>(() => MappedFile.Open(_folder["y"]));
}
