using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;
using Tests.Faults;

namespace Tests.Datasets.Packs;

/// <summary>The room on the disk that a pack asks for.</summary>
public sealed class PackRoomTests : IDisposable
{
    private readonly PackFolder _packs = new();

    [Fact]
    public void A_full_disk_is_reported_before_anything_is_written()
    {
        Durable.UseFileSystem(new FaultyFileSystem(Durable.Files, _ => null) { Free = 1000 });
        var refused = Assert.Throws<UserException>(() => _packs.Open().Prepare());
        Durable.UseFileSystem(null);

        Assert.Contains("MiB for decoded images, but the disk has only 0 MiB left", refused.Message, StringComparison.Ordinal);
        Assert.Empty(_packs.Files);
        Assert.Equal(0, _packs.Source.Decoded);
    }

    /// <summary>A file keeps its room until the new one is whole, so the first one needs all of its own.</summary>
    [Theory]
    [InlineData(0, true)]
    [InlineData(-1, false)]
    public void Replaced_files_need_the_room_of_one_file(int more, bool enough)
    {
        _packs.Open().Prepare();
        var lengths = _packs.Files.Select(file => new FileInfo(file).Length).ToArray();

        Assert.True(lengths.Length > 5);

        Durable.UseFileSystem(new FaultyFileSystem(Durable.Files, _ => null) { Free = lengths.Max() + more });
        var pack = _packs.Open(origin: "b");
        if (enough)
        {
            pack.Prepare();
            _packs.AssertPixels(pack);
        }
        else
        {
            Assert.Throws<UserException>(pack.Prepare);
        }
    }

    [Fact]
    public void Missing_files_need_the_room_of_all()
    {
        _packs.Open().Prepare();
        var lengths = _packs.Files.Select(file => new FileInfo(file).Length).ToArray();
        foreach (var file in _packs.Files[2..])
        {
            File.Delete(file);
        }

        Durable.UseFileSystem(new FaultyFileSystem(Durable.Files, _ => null) { Free = lengths[2..].Sum() - 1 });
        Assert.Throws<UserException>(_packs.Open().Prepare);
        Durable.UseFileSystem(new FaultyFileSystem(Durable.Files, _ => null) { Free = lengths[2..].Sum() });
        _packs.Open().Prepare();
    }

    public void Dispose() => _packs.Dispose();
}
