using System.Buffers.Binary;
using Distill.Datasets.Images;
using Distill.Pipeline.Storage;

namespace Distill.Datasets.Packs;

/// <summary>
/// Decoded images in files that are read as memory. They have the same pixels as their source: each is compared with its checksum when it
/// is first read, and a damaged one is decoded from its source instead.
/// </summary>
/// <remarks>The pixels are not compressed: zstd halves the files, but unpacking takes longer than a crop of the image.</remarks>
internal sealed class PixelPack : IPixels
{
    public const string Extension = ".pixels";

    private readonly IPixels _source;
    private readonly PackLayout _layout;
    private readonly PackWriter _writer;
    private readonly PackFile[] _files;
    private readonly Action<string> _log;
    private readonly bool[] _checked;
    private readonly Lazy<MappedFile[]> _mapped;
    private int _damaged;

    /// <param name="folder">Folder of the pack.</param>
    /// <param name="origin">SHA-256 of everything that decides the pixels.</param>
    /// <param name="count">Number of images.</param>
    /// <param name="channels">Channels of each image.</param>
    /// <param name="source">The images.</param>
    /// <param name="log">Takes lines of progress, and one line if an image of the pack is damaged.</param>
    /// <param name="time">Clock.</param>
    /// <param name="fileBytes">Least size of a file but the last one.</param>
    public PixelPack(
        string folder,
        string origin,
        int count,
        int channels,
        IPixels source,
        Action<string> log,
        TimeProvider time,
        long fileBytes = PackLayout.DefaultFileBytes)
    {
        (_source, _log, _checked) = (source, log, new bool[count]);
        _layout = PackLayout.Create(count, ShapeOf, fileBytes);
        _writer = new PackWriter(folder, source, log, time);
        _files = [.. _layout.Files.Select((range, number) =>
            new PackFile(Path.Combine(folder, FormattableString.Invariant($"{number:00000}{Extension}")), origin, range))];
        _mapped = new Lazy<MappedFile[]>(() =>
        {
            _writer.Complete(_files);
            return Array.ConvertAll(_files, file => MappedFile.Open(file.Path));
        });

        ImageShape ShapeOf(int index)
        {
            var (height, width) = source.SizeOf(index);
            return new ImageShape(channels, height, width);
        }
    }

    public (int Height, int Width) SizeOf(int index) => _source.SizeOf(index);

    /// <summary>Completes the pack, if a file is missing or was made from other images.</summary>
    public void Prepare() => _ = _mapped.Value;

    public DecodedImage Decode(int index)
    {
        DecodedImage? image = null;
        Read(index, (shape, pixels_CHW) => image = new DecodedImage(shape, pixels_CHW.ToArray()));
        return image!;
    }

    public void Read(int index, PixelReader read)
    {
        var place = _layout.Images[index];
        var whole = false;
        _mapped.Value[place.File].Use(PackFile.HeadLength + place.Offset, place.Shape.Size, pixels_CHW =>
        {
            whole = _checked[index] || IsWhole(index, place.File, pixels_CHW);
            if (whole)
            {
                _checked[index] = true;
                read(place.Shape, pixels_CHW);
            }
        });
        if (!whole)
        {
            _source.Read(index, read);
        }
    }

    private bool IsWhole(int index, int number, ReadOnlySpan<byte> pixels_CHW)
    {
        var file = _files[number];
        var expected = 0u;
        _mapped.Value[number].Use(
            file.ChecksumAt(index - file.Range.First), sizeof(uint), bytes => expected = BinaryPrimitives.ReadUInt32LittleEndian(bytes));
        if (Crc32C.Compute(pixels_CHW) == expected)
        {
            return true;
        }

        if (Interlocked.Exchange(ref _damaged, 1) == 0)
        {
            _log($"{file.Path} is damaged, so its images are decoded again each time; delete it, and the next run writes it again");
        }

        return false;
    }
}
