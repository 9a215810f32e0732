using System.IO.MemoryMappedFiles;

namespace Distill.Pipeline.Storage;

/// <summary>A file that is read as memory. The operating system loads its pages when they are used, and keeps those that fit.</summary>
public sealed class MappedFile : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    private MappedFile(MemoryMappedFile file, long length)
    {
        _file = file;
        _view = file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        Length = length;
    }

    /// <summary>Length in bytes when the file was opened.</summary>
    public long Length { get; }

    /// <summary>Maps a file that is not empty. It may be deleted while it is mapped, but it must not be shortened.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static MappedFile Open(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        return new MappedFile(
            MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true),
            stream.Length);
    }

    /// <summary>Calls a function with a part of the file, which is valid until the function returns.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The part is not within the file.</exception>
    public unsafe void Use(long offset, int length, Action<ReadOnlySpan<byte>> read)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - length);
        byte* start = null;
        var handle = _view.SafeMemoryMappedViewHandle;
        try
        {
            handle.AcquirePointer(ref start);
            read(new ReadOnlySpan<byte>(start + offset, length));
        }
        finally
        {
            if (start != null)
            {
                handle.ReleasePointer();
            }
        }
    }

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}
