using Distill.Datasets.Decoding;
using Distill.Datasets.Images;
using Microsoft.Win32.SafeHandles;

namespace Distill.Datasets.Packs;

/// <summary>
/// Decoded images in files. They have the same pixels as their source: each is compared with its checksum when it is first read, and one
/// that is damaged or cannot be read is decoded from its source instead. So are all images until the pack is prepared.
/// </summary>
internal sealed class PixelPack : IPixels
{
    public const string Extension = ".pixels";

    private readonly IPixels _source;
    private readonly PackLayout _layout;
    private readonly PackWriter _writer;
    private readonly PackFile[] _files;
    private readonly Action<string> _log;
    private readonly bool[] _checked;
    private readonly Lazy<SafeFileHandle?[]> _opened;
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
        _writer = new PackWriter(folder, source, _layout, log, time);
        _files = [.. _layout.Files.Select((range, number) =>
            new PackFile(Path.Combine(folder, FormattableString.Invariant($"{number:00000}{Extension}")), origin, range))];
        _opened = new Lazy<SafeFileHandle?[]>(() =>
        {
            _writer.Complete(_files);
            return Array.ConvertAll(_files, file => file.Open());
        });

        ImageShape ShapeOf(int index)
        {
            var (height, width) = source.SizeOf(index);
            return new ImageShape(channels, height, width);
        }
    }

    public (int Height, int Width) SizeOf(int index) => _source.SizeOf(index);

    /// <summary>Completes the pack, if a file is missing or was made from other images.</summary>
    public void Prepare() => _ = _opened.Value;

    public DecodedImage Decode(int index)
    {
        var shape = _layout.Images[index].Shape;
        var pixels_CHW = GC.AllocateUninitializedArray<byte>(shape.Size);
        return TryRead(index, pixels_CHW) ? new DecodedImage(shape, pixels_CHW) : _source.Decode(index);
    }

    public void Read(int index, PixelReader read)
    {
        var shape = _layout.Images[index].Shape;
        using (var buffers = new PixelBuffers())
        {
            var pixels_CHW = PixelBuffers.Take(buffers, shape.Size).AsSpan(0, shape.Size);
            if (TryRead(index, pixels_CHW))
            {
                read(shape, pixels_CHW);
                return;
            }
        }

        _source.Read(index, read);
    }

    /// <summary>Reads an image from its file; false if the pack is not prepared, or the file is not whole.</summary>
    private bool TryRead(int index, Span<byte> pixels_CHW)
    {
        if (!_opened.IsValueCreated)
        {
            return false;
        }

        var place = _layout.Images[index];
        var file = _files[place.File];
        if (_opened.Value[place.File] is { } opened
            && file.TryRead(opened, index - file.Range.First, place.Offset, pixels_CHW, check: !_checked[index]))
        {
            _checked[index] = true;
            return true;
        }

        if (Interlocked.Exchange(ref _damaged, 1) == 0)
        {
            _log($"{file.Path} is damaged or was replaced, so its images are decoded again each time; "
                + "delete it, and the next run writes it again");
        }

        return false;
    }
}
