using System.Formats.Tar;
using Distill.Pipeline.Options;
using Microsoft.Win32.SafeHandles;

namespace Distill.Datasets.Shards;

/// <summary>
/// Checks what <see cref="TarReader"/> trusts (POSIX.1-2017, pax, "ustar Interchange Format"): the checksums of headers, that all data is
/// present, and that the archive ends with blocks of zeros.
/// </summary>
internal sealed class TarBlocks : IDisposable
{
    private const int BlockLength = 512;
    private const int ChecksumOffset = 148;
    private const int ChecksumLength = 8;
    private const long MaxLabelBytes = 1 << 24;

    private readonly string _path;
    private readonly SafeFileHandle _file;
    private readonly long _length;
    private long _end;

    /// <exception cref="UserException">The file is compressed with gzip.</exception>
    public TarBlocks(string path)
    {
        _path = path;
        _file = File.OpenHandle(path);
        _length = RandomAccess.GetLength(_file);
        if (_length >= 2 && ReadBytes(0, 2) is [0x1F, 0x8B])
        {
            throw new UserException(
                $"{path} is compressed with gzip, but images are read in random order: unpack it (gunzip) to plain tar");
        }
    }

    /// <summary>Checks an entry's headers and length.</summary>
    /// <exception cref="UserException">A header is damaged, or the archive ends before the entry does.</exception>
    public void Check(TarEntry entry)
    {
        // The first header of an entry may contain a long name. The last one is always directly before the data.
        VerifyChecksum(_end);
        VerifyChecksum(entry.DataOffset - BlockLength);
        if (entry.Length > _length - entry.DataOffset)
        {
            throw new UserException($"{_path} is cut short: it ends within {entry.Name}");
        }

        _end = entry.DataOffset + (entry.Length + BlockLength - 1) / BlockLength * BlockLength;
    }

    /// <summary>Checks that nothing but zeros follows the last entry.</summary>
    /// <exception cref="UserException">The archive has no end, or other data follows it.</exception>
    public void CheckEnd()
    {
        if (_length - _end < BlockLength)
        {
            throw new UserException($"{_path} is cut short: the zero blocks at the end of the archive are missing");
        }

        const int step = 1 << 16;
        for (var at = _end; at < _length; at += step)
        {
            if (ReadBytes(at, (int)Math.Min(step, _length - at)).AsSpan().ContainsAnyExcept((byte)0))
            {
                throw new UserException($"{_path} is damaged after byte {_end}, or contains several archives: pack it again");
            }
        }
    }

    /// <summary>Reads the bytes of a member that contains a label.</summary>
    /// <exception cref="UserException">The member is too long for a label.</exception>
    public byte[] ReadContent(TarEntry entry) => entry.Length <= MaxLabelBytes
        ? ReadBytes(entry.DataOffset, (int)entry.Length)
        : throw new UserException($"{_path}: {entry.Name} is too long for a label ({entry.Length} bytes)");

    public void Dispose() => _file.Dispose();

    private void VerifyChecksum(long at)
    {
        var header = ReadBytes(at, BlockLength);
        var stored = 0;
        foreach (var digit in header.AsSpan(ChecksumOffset, ChecksumLength).TrimStart((byte)' '))
        {
            if (digit is < (byte)'0' or > (byte)'7')
            {
                break;
            }

            stored = stored * 8 + (digit - '0');
        }

        // The checksum is defined with its own field filled with blanks.
        header.AsSpan(ChecksumOffset, ChecksumLength).Fill((byte)' ');
        var sum = 0;
        foreach (var value in header)
        {
            sum += value;
        }

        if (stored != sum)
        {
            throw new UserException($"{_path} is damaged: the checksum of the header at byte {at} is wrong");
        }
    }

    private byte[] ReadBytes(long at, int count)
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
