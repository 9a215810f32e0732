using Distill.Pipeline.Storage;

namespace Tests.Faults;

/// <summary>A file system that can fail at any operation.</summary>
/// <param name="inner">File system that does the work.</param>
/// <param name="faultOf">Returns the fault of an operation; null if it is to succeed.</param>
internal sealed class FaultyFileSystem(IFileSystem inner, Func<Operation, Fault?> faultOf) : IFileSystem
{
    /// <summary>Free space that it reports; null to ask the inner file system.</summary>
    public long? Free { get; init; }

    public Stream Create(string path) => Watched("create", path, () => inner.Create(path));

    public Stream Append(string path) => Watched("append", path, () => inner.Append(path));

    public void Sync(Stream stream)
    {
        var watched = (WatchedStream)stream;
        Meet(new Operation("sync", watched.Path));
        inner.Sync(watched.Inner);
    }

    public void SyncFile(string path) => Do("sync", path, () => inner.SyncFile(path));

    public void SyncFolder(string path) => Do("sync folder", path, () => inner.SyncFolder(path));

    public void MoveFile(string from, string to) => Do("rename", to, () => inner.MoveFile(from, to));

    // A checkpoint is renamed to .partial before it is deleted.
    public void MoveFolder(string from, string to) =>
        Do(to.EndsWith(".partial", StringComparison.Ordinal) ? "prune" : "rename folder", to, () => inner.MoveFolder(from, to));

    public void MakeFolder(string path) => Do("make folder", path, () => inner.MakeFolder(path));

    public void DeleteFile(string path) => Do("delete", path, () => inner.DeleteFile(path));

    public void DeleteFolder(string path)
    {
        // A process that dies here leaves a folder from which some files are deleted.
        if (faultOf(new Operation("delete folder", path)) is { } fault)
        {
            if (fault.Halfway && Directory.EnumerateFiles(path).Order(StringComparer.Ordinal).LastOrDefault() is { } last)
            {
                inner.DeleteFile(last);
            }

            fault.Strike();
        }

        inner.DeleteFolder(path);
    }

    public long FreeBytes(string folder) => Free ?? inner.FreeBytes(folder);

    private WatchedStream Watched(string kind, string path, Func<Stream> open)
    {
        Meet(new Operation(kind, path));
        return new WatchedStream(open(), path, faultOf);
    }

    private void Do(string kind, string path, Action work)
    {
        Meet(new Operation(kind, path));
        work();
    }

    private void Meet(Operation operation) => faultOf(operation)?.Strike();

    /// <summary>A stream in which each write is an operation.</summary>
    private sealed class WatchedStream(Stream inner, string path, Func<Operation, Fault?> faultOf) : ForwardingStream(inner)
    {
        public string Path => path;

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (faultOf(new Operation("write", path)) is { } fault)
            {
                if (fault.Halfway)
                {
                    Inner.Write(buffer[..(buffer.Length / 2)]);
                    Inner.Flush();
                }

                fault.Strike();
            }

            Inner.Write(buffer);
        }
    }
}

/// <summary>What goes wrong at an operation.</summary>
/// <param name="Halfway">Whether half of a write is done first.</param>
/// <param name="Strike">Throws, or ends the process.</param>
internal sealed record Fault(bool Halfway, Action Strike);
