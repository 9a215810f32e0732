using Distill.Datasets.Packs;
using Distill.Pipeline.Storage;
using Tests.Faults;

namespace Tests.Datasets.Packs;

/// <summary>Reading packs, whole ones and damaged ones.</summary>
public sealed class PixelPackTests : IDisposable
{
    private readonly PackFolder _packs = new();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(3, 20_000)]
    [InlineData(3, long.MaxValue)]
    public void Every_image_keeps_its_pixels(int channels, long fileBytes)
    {
        _packs.Source = new CountingPixels(PackFolder.Images, channels);
        var pack = _packs.Open(fileBytes);
        pack.Prepare();

        Assert.Equal(PackFolder.Images, _packs.Source.Decoded);

        for (var index = 0; index < PackFolder.Images; index++)
        {
            var (expected, read) = (_packs.Source.Pixels(index), false);
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

        Assert.Equal(PackFolder.Images, _packs.Source.Decoded);
    }

    [Fact]
    public void Images_are_decoded_from_their_source_until_the_pack_is_prepared()
    {
        var pack = _packs.Open();
        _packs.AssertPixels(pack);
        pack.Read(3, (_, pixels_CHW) => Assert.True(pixels_CHW.SequenceEqual(_packs.Source.Pixels(3).Pixels)));

        Assert.Equal(PackFolder.Images + 1, _packs.Source.Decoded);
        Assert.False(Directory.Exists(_packs.Folder["pack"]));
        Assert.Empty(_packs.Log);
    }

    [Theory]
    [InlineData(PackFile.HeadLength)]
    [InlineData(-1)]
    public void A_flipped_bit_costs_time_and_changes_no_pixel(int place)
    {
        _packs.Open().Prepare();
        var path = _packs.Files[0];
        var bytes = File.ReadAllBytes(path);
        bytes[place < 0 ? bytes.Length + place : place] ^= 16;
        File.WriteAllBytes(path, bytes);
        var pack = _packs.Open();
        pack.Prepare();
        _packs.AssertPixels(pack);
        _packs.AssertPixels(pack);

        Assert.Equal(2, _packs.Source.Decoded - PackFolder.Images);
        Assert.StartsWith($"{path} is damaged", Assert.Single(_packs.Log.Skip(1)), StringComparison.Ordinal);
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
        var pack = _packs.Open();
        pack.Prepare();
        using (var file = new FileStream(_packs.Files[0], FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.SetLength(length < 0 ? file.Length + length : length);
        }

        _packs.AssertPixels(pack);
        _packs.AssertPixels(pack);

        Assert.True(_packs.Source.Decoded > PackFolder.Images);
        Assert.StartsWith($"{_packs.Files[0]} is damaged", Assert.Single(_packs.Log.Skip(1)), StringComparison.Ordinal);
    }

    /// <summary>After a file is found whole, another process may delete it, or rename one with other images into its place.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_file_that_is_deleted_or_replaced_after_its_check_changes_no_pixel(bool replaced)
    {
        _packs.Source = new CountingPixels(PackFolder.Images, channels: 3, seed: 1);
        _packs.Open(origin: "b").Prepare();
        Directory.Move(_packs.Folder["pack"], _packs.Folder["other"]);
        _packs.Source = new CountingPixels(PackFolder.Images, channels: 3);
        _packs.Open().Prepare();
        var (first, last) = (_packs.Files[0], _packs.Files[^1]);
        File.Delete(last);
        Durable.UseFileSystem(new FaultyFileSystem(Durable.Files, operation =>
        {
            if (operation.Kind == "rename" && operation.Path == last)
            {
                File.Delete(first);
                if (replaced)
                {
                    File.Copy(Path.Combine(_packs.Folder["other"], Path.GetFileName(first)), first);
                }
            }

            return null;
        }));
        var pack = _packs.Open();
        pack.Prepare();

        _packs.AssertPixels(pack);
        Assert.Contains(_packs.Log, line => line.StartsWith($"{first} is damaged or was replaced", StringComparison.Ordinal));
    }

    public void Dispose() => _packs.Dispose();
}
