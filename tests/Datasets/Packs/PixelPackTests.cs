using Distill.Datasets.Images;
using Distill.Datasets.Packs;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;
using Tests.Faults;
using Tests.Pipeline;

namespace Tests.Datasets.Packs;

/// <summary>Packs of images in memory that count how often each is decoded.</summary>
public sealed class PixelPackTests : IDisposable
{
    private const int Images = 150;

    private readonly TempFolder _folder = new();
    private readonly List<string> _log = [];
    private CountingPixels _source = new(Images, channels: 3);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(3, 20_000)]
    [InlineData(3, long.MaxValue)]
    public void Every_image_keeps_its_pixels(int channels, long fileBytes)
    {
        _source = new CountingPixels(Images, channels);
        var pack = Open(fileBytes);
        pack.Prepare();

        Assert.Equal(Images, _source.Decoded);

        for (var index = 0; index < Images; index++)
        {
            var (expected, read) = (_source.Pixels(index), false);
            pack.Read(index, (shape, pixels_CHW) =>
            {
                read = true;
                Assert.Equal(expected.Shape, shape);
                Assert.True(pixels_CHW.SequenceEqual(expected.Pixels));
            });

            Assert.True(read);
            Assert.Equal(expected.Pixels, pack.Decode(index).Pixels);
            Assert.Equal((expected.Shape.Height, expected.Shape.Width), pack.SizeOf(index));
        }

        Assert.Equal(Images, _source.Decoded);
    }

    [Fact]
    public void A_whole_pack_is_not_written_again()
    {
        Open().Prepare();
        Open().Prepare();

        Assert.Equal(Images, _source.Decoded);
        Assert.StartsWith($"Packing {Images} of {Images} decoded images", Assert.Single(_log), StringComparison.Ordinal);
    }

    [Fact]
    public void Only_missing_and_shortened_files_are_written_again()
    {
        Open().Prepare();
        var files = Files();
        File.Delete(files[1]);
        File.WriteAllBytes(files[^1], File.ReadAllBytes(files[^1])[..^1]);
        _source = new CountingPixels(Images, channels: 3);
        var pack = Open();
        pack.Prepare();

        Assert.InRange(_source.Decoded, 2, Images / 2);
        Assert.Equal(files, Files());
        AssertPixels(pack);
    }

    [Fact]
    public void An_interrupted_pack_continues_with_its_next_file()
    {
        var failing = new FaultyFileSystem(Durable.Files, operation => operation.Path.Contains("00003", StringComparison.Ordinal)
            ? new Fault(Halfway: false, () => throw new IOException("no space left"))
            : null);
        Durable.UseFileSystem(failing);
        var refused = Assert.Throws<UserException>(() => Open().Prepare());
        Durable.UseFileSystem(null);

        Assert.Contains("the folder for decoded images, cannot be written: no space left", refused.Message, StringComparison.Ordinal);
        Assert.Equal(3, Files().Length);

        var before = _source.Decoded;
        var pack = Open();
        pack.Prepare();

        Assert.True(_source.Decoded - before < Images, "every image was decoded again");
        AssertPixels(pack);
    }

    [Fact]
    public void A_pack_of_other_images_is_noticed_and_replaced()
    {
        Open().Prepare();
        File.WriteAllText(Path.Combine(_folder["pack"], "99999.pixels"), "of an earlier, larger pack");
        _source = new CountingPixels(Images, channels: 3, seed: 1);
        var pack = Open(origin: "b");
        pack.Prepare();

        Assert.Contains("what is there was made from other images or options", _log[^1], StringComparison.Ordinal);
        Assert.DoesNotContain(Files(), file => file.EndsWith("99999.pixels", StringComparison.Ordinal));
        AssertPixels(pack);
    }

    [Theory]
    [InlineData(PackFile.HeadLength)]
    [InlineData(-1)]
    public void A_flipped_bit_costs_time_and_changes_no_pixel(int place)
    {
        Open().Prepare();
        var path = Files()[0];
        var bytes = File.ReadAllBytes(path);
        bytes[place < 0 ? bytes.Length + place : place] ^= 16;
        File.WriteAllBytes(path, bytes);
        var pack = Open();
        pack.Prepare();
        AssertPixels(pack);
        AssertPixels(pack);

        Assert.Equal(2, _source.Decoded - Images);
        Assert.StartsWith($"{path} is damaged", Assert.Single(_log.Skip(1)), StringComparison.Ordinal);
    }

    /// <summary>As a file of a mapping, a shortened one would end the process with SIGBUS.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(PackFile.HeadLength)]
    [InlineData(10_000)]
    [InlineData(-1)]
    public void A_file_that_is_shortened_while_it_is_open_changes_no_pixel(int length)
    {
        var pack = Open();
        pack.Prepare();
        using (var file = new FileStream(Files()[0], FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.SetLength(length < 0 ? file.Length + length : length);
        }

        AssertPixels(pack);
        AssertPixels(pack);

        Assert.True(_source.Decoded > Images);
        Assert.StartsWith($"{Files()[0]} is damaged", Assert.Single(_log.Skip(1)), StringComparison.Ordinal);
    }

    [Fact]
    public void Images_are_decoded_from_their_source_until_the_pack_is_prepared()
    {
        var pack = Open();
        AssertPixels(pack);
        pack.Read(3, (_, pixels_CHW) => Assert.True(pixels_CHW.SequenceEqual(_source.Pixels(3).Pixels)));

        Assert.Equal(Images + 1, _source.Decoded);
        Assert.False(Directory.Exists(_folder["pack"]));
        Assert.Empty(_log);
    }

    /// <summary>After a file is found whole, another process may delete it, or rename one with other images into its place.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_file_that_is_deleted_or_replaced_after_its_check_changes_no_pixel(bool replaced)
    {
        _source = new CountingPixels(Images, channels: 3, seed: 1);
        Open(origin: "b").Prepare();
        Directory.Move(_folder["pack"], _folder["other"]);
        _source = new CountingPixels(Images, channels: 3);
        Open().Prepare();
        var (first, last) = (Files()[0], Files()[^1]);
        File.Delete(last);
        Durable.UseFileSystem(new FaultyFileSystem(Durable.Files, operation =>
        {
            if (operation.Kind == "rename" && operation.Path == last)
            {
                File.Delete(first);
                if (replaced)
                {
                    File.Copy(Path.Combine(_folder["other"], Path.GetFileName(first)), first);
                }
            }

            return null;
        }));
        var pack = Open();
        pack.Prepare();

        AssertPixels(pack);
        Assert.Contains(_log, line => line.StartsWith($"{first} is damaged or was replaced", StringComparison.Ordinal));
    }

    [Fact]
    public void A_full_disk_is_reported_before_anything_is_written()
    {
        Durable.UseFileSystem(new FaultyFileSystem(Durable.Files, _ => null) { Free = 1000 });
        var refused = Assert.Throws<UserException>(() => Open().Prepare());
        Durable.UseFileSystem(null);

        Assert.Contains("MiB for decoded images, but the disk has only 0 MiB left", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Files());
        Assert.Equal(0, _source.Decoded);
    }

    /// <summary>A file keeps its room until the new one is whole, so the first one needs all of its own.</summary>
    [Theory]
    [InlineData(0, true)]
    [InlineData(-1, false)]
    public void Replaced_files_need_the_room_of_one_file(int more, bool enough)
    {
        Open().Prepare();
        var lengths = Files().Select(file => new FileInfo(file).Length).ToArray();

        Assert.True(lengths.Length > 5);

        Durable.UseFileSystem(new FaultyFileSystem(Durable.Files, _ => null) { Free = lengths.Max() + more });
        var pack = Open(origin: "b");
        if (enough)
        {
            pack.Prepare();
            AssertPixels(pack);
        }
        else
        {
            Assert.Throws<UserException>(pack.Prepare);
        }
    }

    [Fact]
    public void Missing_files_need_the_room_of_all()
    {
        Open().Prepare();
        var lengths = Files().Select(file => new FileInfo(file).Length).ToArray();
        foreach (var file in Files()[2..])
        {
            File.Delete(file);
        }

        Durable.UseFileSystem(new FaultyFileSystem(Durable.Files, _ => null) { Free = lengths[2..].Sum() - 1 });
        Assert.Throws<UserException>(Open().Prepare);
        Durable.UseFileSystem(new FaultyFileSystem(Durable.Files, _ => null) { Free = lengths[2..].Sum() });
        Open().Prepare();
    }

    [Fact]
    public void An_unreadable_image_is_named()
    {
        _source = new CountingPixels(Images, channels: 3) { Unreadable = 77 };

        Assert.Equal("image 77 cannot be read", Assert.Throws<UserException>(() => Open().Prepare()).Message);
    }

    [Fact]
    public void Leftovers_of_a_killed_process_are_deleted_and_another_process_may_still_write()
    {
        Directory.CreateDirectory(_folder["pack"]);
        var (old, young) = (_folder["pack/00000.pixels.distill-01234567.partial"], _folder["pack/00000.pixels.distill-89abcdef.partial"]);
        File.WriteAllText(old, "");
        File.WriteAllText(young, "");
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddHours(-2));
        Open().Prepare();

        Assert.False(File.Exists(old));
        Assert.True(File.Exists(young));
    }

    [Fact]
    public void Progress_is_reported_every_ten_seconds()
    {
        var clock = new ManualClock();
        _source = new CountingPixels(Images, channels: 3) { OnDecode = () => clock.Pass(1) };
        Open(fileBytes: long.MaxValue, time: clock).Prepare();

        Assert.Equal(["Packed 64 of 150 images, 1 min 26 s left", "Packed 128 of 150 images, 22 s left"], _log[1..3]);
    }

    public void Dispose()
    {
        Durable.UseFileSystem(null);
        _folder.Dispose();
    }

    private PixelPack Open(long fileBytes = 20_000, string origin = "a", TimeProvider? time = null) => new(
        _folder["pack"], origin, Images, _source.Channels, _source, _log.Add, time ?? TimeProvider.System, fileBytes);

    private string[] Files() => [.. Directory.GetFiles(_folder["pack"], "*.pixels").Order()];

    private void AssertPixels(PixelPack pack)
    {
        for (var index = 0; index < Images; index++)
        {
            Assert.Equal(_source.Pixels(index).Pixels, pack.Decode(index).Pixels);
        }
    }

    /// <summary>Random images of different sizes.</summary>
    private sealed class CountingPixels(int count, int channels, int seed = 0) : IPixels
    {
        private readonly Lock _lock = new();
        private int _decoded;

        public int Channels => channels;

        public int? Unreadable { get; init; }

        public Action OnDecode { get; init; } = () => { };

        public int Decoded => _decoded;

        public (int Height, int Width) SizeOf(int index) => (5 + index % 7, 9 + index % (count / 3));

        public DecodedImage Decode(int index)
        {
            Interlocked.Increment(ref _decoded);
            lock (_lock)
            {
                OnDecode();
            }

            return index == Unreadable ? throw new IOException($"image {index} cannot be read") : Pixels(index);
        }

        public DecodedImage Pixels(int index)
        {
            var (height, width) = SizeOf(index);
            var shape = new ImageShape(channels, height, width);
            var pixels = new byte[shape.Size];
            new Random(index + count * seed).NextBytes(pixels);
            return new DecodedImage(shape, pixels);
        }
    }
}
