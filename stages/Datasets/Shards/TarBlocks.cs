using System.Formats.Tar;
using Distill.Pipeline.Options;
using Microsoft.Win32.SafeHandles;

namespace Distill.Datasets.Shards;

/// <summary>
/// Checks what <see cref="TarReader"/> takes on trust (POSIX.1-2017, pax, "ustar Interchange Format"): the sums of headers, that the data
/// is all there, and that the archive ends with blocks of zeros.
/// </summary>
internal sealed class TarBlocks : IDisposable
{
    private const int Block = 512;
    private const int SumAt = 148;
    private const int SumLength = 8;
    private const long MostLabelBytes = 1 << 24;

    private readonly string _path;
    private readonly SafeFileHandle _file;
    private readonly long _length;
    private long _end;

    /// <exception cref="UserException">The file is gzip.</exception>
    public TarBlocks(string path)
    {
        _path = path;
        _file = File.OpenHandle(path);
        _length = RandomAccess.GetLength(_file);
        if (_length >= 2 && Bytes(0, 2) is [0x1F, 0x8B])
        {
            throw new UserException($"{path} is compressed with gzip, but images are read in random order: unpack it (gunzip) to plain tar");
        }
    }

    /// <summary>Checks an entry's headers and length.</summary>
    /// <exception cref="UserException">A header is damaged, or the archive ends before the entry does.</exception>
    public void Accept(TarEntry entry)
    {
        // The first header of an entry may be one that holds a long name; the last one is always right before the data.
        CheckSum(_end);
        CheckSum(entry.DataOffset - Block);
        if (entry.Length > _length - entry.DataOffset)
        {
            throw new UserException($"{_path} is cut short: it ends within {entry.Name}");
        }

        _end = entry.DataOffset + (entry.Length + Block - 1) / Block * Block;
    }

    /// <summary>Checks that nothing but zeros follows the last entry.</summary>
    /// <exception cref="UserException">The archive has no end, or something behind it.</exception>
    public void AcceptEnd()
    {
        if (_length - _end < Block)
        {
            throw new UserException($"{_path} is cut short: the zero blocks at the end of the archive are missing");
        }

        const int step = 1 << 16;
        for (var at = _end; at < _length; at += step)
        {
            if (Bytes(at, (int)Math.Min(step, _length - at)).AsSpan().ContainsAnyExcept((byte)0))
            {
                throw new UserException($"{_path} is damaged after byte {_end}, or contains several archives: pack it again");
            }
        }
    }

    /// <summary>The bytes of a small member.</summary>
    /// <exception cref="UserException">It is large.</exception>
    public byte[] Content(TarEntry entry) => entry.Length <= MostLabelBytes
        ? Bytes(entry.DataOffset, (int)entry.Length)
        : throw new UserException($"{_path}: {entry.Name} is too long for a label ({entry.Length} bytes)");

    public void Dispose() => _file.Dispose();

    private void CheckSum(long at)
    {
        var header = Bytes(at, Block);
        var stored = 0;
        foreach (var digit in header.AsSpan(SumAt, SumLength).TrimStart((byte)' '))
        {
            if (digit is < (byte)'0' or > (byte)'7')
            {
                break;
            }

            stored = stored * 8 + (digit - '0');
        }

        // The sum was taken when its own field was blank.
        header.AsSpan(SumAt, SumLength).Fill((byte)' ');
        var sum = 0;
        foreach (var octet in header)
        {
            sum += octet;
        }

        if (stored != sum)
        {
            throw new UserException($"{_path} is damaged: the checksum of the header at byte {at} is wrong");
        }
    }

    private byte[] Bytes(long at, int count)
    {
        var bytes = new byte[count];
        for (var read = 0; read < count;)
        {
            var got = RandomAccess.Read(_file, bytes.AsSpan(read), at + read);
            read += got > 0 ? got : throw new EndOfStreamException();
        }

        return bytes;
    }
}
