using Distill.Datasets.Images;
using Distill.Datasets.Packs;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;
using Tests.Faults;
using Tests.Pipeline;

namespace Tests.Datasets.Packs;

public sealed class PackWriterTests : IDisposable
{
    private readonly PackFolder _packs = new();

    [Fact]
    public void A_whole_pack_is_not_written_again()
    {
        _packs.Open().Prepare();
        _packs.Open().Prepare();

        Assert.Equal(PackFolder.Images, _packs.Source.Decoded);
        Assert.StartsWith("Packing 150 of 150 decoded images", Assert.Single(_packs.Log), StringComparison.Ordinal);
    }

    [Fact]
    public void Only_missing_and_shortened_files_are_written_again()
    {
        _packs.Open().Prepare();
        var files = _packs.Files;
        File.Delete(files[1]);
        File.WriteAllBytes(files[^1], File.ReadAllBytes(files[^1])[..^1]);
        _packs.Source = new CountingPixels(PackFolder.Images, channels: 3);
        var pack = _packs.Open();
        pack.Prepare();

        Assert.InRange(_packs.Source.Decoded, 2, PackFolder.Images / 2);
        Assert.Equal(files, _packs.Files);
        _packs.AssertPixels(pack);
    }

    [Fact]
    public void An_interrupted_pack_continues_with_its_next_file()
    {
        var failing = new FaultyFileSystem(Durable.Files, operation => operation.Path.Contains("00003", StringComparison.Ordinal)
            ? new Fault(Halfway: false, () => throw new IOException("no space left"))
            : null);
        Durable.UseFileSystem(failing);
        var refused = Assert.Throws<UserException>(() => _packs.Open().Prepare());
        Durable.UseFileSystem(null);

        Assert.Contains("the folder for decoded images, cannot be written: no space left", refused.Message, StringComparison.Ordinal);
        Assert.Equal(3, _packs.Files.Length);

        var before = _packs.Source.Decoded;
        var pack = _packs.Open();
        pack.Prepare();

        Assert.True(_packs.Source.Decoded - before < PackFolder.Images, "every image was decoded again");
        _packs.AssertPixels(pack);
    }

    [Fact]
    public void A_pack_of_other_images_is_noticed_and_replaced()
    {
        _packs.Open().Prepare();
        File.WriteAllText(Path.Combine(_packs.Folder["pack"], "99999.pixels"), "of an earlier, larger pack");
        _packs.Source = new CountingPixels(PackFolder.Images, channels: 3, seed: 1);
        var pack = _packs.Open(origin: "b");
        pack.Prepare();

        Assert.Contains("what is there was made from other images or options", _packs.Log[^1], StringComparison.Ordinal);
        Assert.DoesNotContain(_packs.Files, file => file.EndsWith("99999.pixels", StringComparison.Ordinal));
        _packs.AssertPixels(pack);
    }

    [Fact]
    public void An_unreadable_image_is_named()
    {
        _packs.Source = new CountingPixels(PackFolder.Images, channels: 3) { Unreadable = 77 };

        Assert.Equal("image 77 cannot be read", Assert.Throws<UserException>(() => _packs.Open().Prepare()).Message);
    }

    [Fact]
    public void Leftovers_of_a_killed_process_are_deleted_and_another_process_may_still_write()
    {
        Directory.CreateDirectory(_packs.Folder["pack"]);
        var old = _packs.Folder["pack/00000.pixels.distill-01234567.partial"];
        var young = _packs.Folder["pack/00000.pixels.distill-89abcdef.partial"];
        File.WriteAllText(old, "");
        File.WriteAllText(young, "");
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddHours(-2));
        _packs.Open().Prepare();

        Assert.False(File.Exists(old));
        Assert.True(File.Exists(young));
    }

    [Fact]
    public void Progress_is_reported_every_ten_seconds()
    {
        var clock = new ManualClock();
        _packs.Source = new CountingPixels(PackFolder.Images, channels: 3) { OnDecode = () => clock.Pass(1) };
        _packs.Open(fileBytes: long.MaxValue, time: clock).Prepare();

        Assert.Equal(["Packed 64 of 150 images, 1 min 26 s left", "Packed 128 of 150 images, 22 s left"], _packs.Log[1..3]);
    }

    /// <summary>Eight images of 100 bytes, of which only some may be in memory at once.</summary>
    [Theory]
    [InlineData(1, new[] { 1, 2, 3, 4, 5, 6, 7, 8 })]
    [InlineData(299, new[] { 2, 4, 6, 8 })]
    [InlineData(300, new[] { 3, 6, 8 })]
    [InlineData(800, new[] { 8 })]
    public void Images_are_decoded_in_chunks_of_limited_size(long chunkBytes, int[] expected)
    {
        var source = new GrayPixels();
        var decodedAtWrites = new List<int>();
        Durable.UseFileSystem(new FaultyFileSystem(Durable.Files, operation =>
        {
            if (operation.Kind == "write")
            {
                decodedAtWrites.Add(source.Decoded);
            }

            return null;
        }));
        var layout = PackLayout.Create(8, _ => GrayPixels.Shape);
        var file = new PackFile(_packs.Folder["pack/0"], "a", layout.Files.Single());
        new PackWriter(_packs.Folder["pack"], source, layout, _ => { }, TimeProvider.System, chunkBytes).Complete([file]);

        Assert.Equal([0, .. expected], decodedAtWrites.Distinct());
    }

    [Fact]
    public void A_chunk_has_at_most_so_many_images_and_stays_within_its_file()
    {
        var layout = PackLayout.Create(7, _ => GrayPixels.Shape, fileBytes: 400);

        Assert.Equal(
            [[0, 1, 2], [3], [4, 5, 6]],
            layout.Files.SelectMany(range => layout.Chunks(range, mostImages: 3, mostBytes: long.MaxValue)));
    }

    public void Dispose() => _packs.Dispose();

    private sealed class GrayPixels : IPixels
    {
        public static readonly ImageShape Shape = new(1, 10, 10);

        private int _decoded;

        public int Decoded => _decoded;

        public (int Height, int Width) SizeOf(int index) => (Shape.Height, Shape.Width);

        public DecodedImage Decode(int index)
        {
            Interlocked.Increment(ref _decoded);
            return new DecodedImage(Shape, new byte[Shape.Size]);
        }
    }
}
