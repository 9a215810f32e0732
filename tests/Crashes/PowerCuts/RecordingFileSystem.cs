using Distill.Pipeline.Storage;
using Tests.Faults;

namespace Tests.Crashes.PowerCuts;

/// <summary>Writes to the disk, and logs what a power cut may take back.</summary>
/// <param name="root">Folder that all writes go to.</param>
internal sealed class RecordingFileSystem(string root) : IFileSystem
{
    private readonly Disk _disk = new();
    private readonly Lock _writing = new();
    private readonly List<DiskChange> _log = [];

    /// <summary>Whether a sync has an effect. A test takes it from some.</summary>
    public Func<Synced, bool> HasEffect { get; init; } = _ => true;

    /// <summary>The root folder.</summary>
    public Node Root { get; } = Node.Of(root);

    /// <summary>What happened so far, in order.</summary>
    public IReadOnlyList<DiskChange> Log => _log;

    public Stream Create(string path) => Record(() =>
    {
        var stream = _disk.Create(path);
        return new RecordedStream(this, stream, Add(path, new Node(isFolder: false)));
    });

    public Stream Append(string path) => Record(() =>
    {
        var stream = _disk.Append(path);
        return new RecordedStream(this, stream, Find(path) ?? Add(path, new Node(isFolder: false)));
    });

    public void Sync(Stream stream) => Record(() =>
    {
        var recorded = (RecordedStream)stream;
        _disk.Sync(recorded.Inner);
        NoteSync(recorded.Node);
    });

    public void SyncFile(string path) => Record(() =>
    {
        _disk.SyncFile(path);
        NoteSync(Find(path)!);
    });

    public void SyncFolder(string path) => Record(() =>
    {
        _disk.SyncFolder(path);
        NoteSync(Find(path)!);
    });

    public void MoveFile(string from, string to) => Move(from, to, _disk.MoveFile);

    public void MoveFolder(string from, string to) => Move(from, to, _disk.MoveFolder);

    public void MakeFolder(string path) => Record(() =>
    {
        _disk.MakeFolder(path);
        Add(path, new Node(isFolder: true));
    });

    public void DeleteFile(string path) => Record(() =>
    {
        _disk.DeleteFile(path);
        if (Find(path) is not null)
        {
            Remove(path);
        }
    });

    public void DeleteFolder(string path) => Record(() =>
    {
        foreach (var file in Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).ToArray())
        {
            _disk.DeleteFile(file);
            Remove(file);
        }

        var folders = Directory.EnumerateDirectories(path, "*", SearchOption.AllDirectories).OrderDescending().Append(path);
        foreach (var folder in folders.ToArray())
        {
            _disk.DeleteFolder(folder);
            Remove(folder);
        }
    });

    public long FreeBytes(string folder) => _disk.FreeBytes(folder);

    private void Move(string from, string to, Action<string, string> move) => Record(() =>
    {
        move(from, to);
        var node = Find(from)!;
        var (source, target) = (Parent(from), Parent(to));
        source.Now.Remove(Path.GetFileName(from));
        target.Now[Path.GetFileName(to)] = node;
        _log.Add(new NameChange([(source, Path.GetFileName(from), null), (target, Path.GetFileName(to), node)]));
    });

    private void NoteSync(Node node)
    {
        if (new Synced(node) is var sync && HasEffect(sync))
        {
            _log.Add(sync);
        }
    }

    private Node Add(string path, Node node)
    {
        Parent(path).Now.Add(Path.GetFileName(path), node);
        _log.Add(new NameChange([(Parent(path), Path.GetFileName(path), node)]));
        return node;
    }

    private void Remove(string path)
    {
        Parent(path).Now.Remove(Path.GetFileName(path));
        _log.Add(new NameChange([(Parent(path), Path.GetFileName(path), null)]));
    }

    private Node Parent(string path) => Find(Path.GetDirectoryName(Path.GetFullPath(path))!)!;

    private Node? Find(string path)
    {
        var node = Root;
        foreach (var name in Path.GetRelativePath(root, path).Split('/').Where(name => name != "."))
        {
            if (!node.Now.TryGetValue(name, out node!))
            {
                return null;
            }
        }

        return node;
    }

    private void Record(Action change)
    {
        lock (_writing)
        {
            change();
        }
    }

    private T Record<T>(Func<T> change)
    {
        lock (_writing)
        {
            return change();
        }
    }

    private sealed class RecordedStream(RecordingFileSystem owner, Stream inner, Node node) : ForwardingStream(inner)
    {
        public Node Node => node;

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            var bytes = buffer.ToArray();
            owner.Record(() =>
            {
                owner._log.Add(new Written(node, Inner.Position, bytes));
                Inner.Write(bytes);
            });
        }

        public override void SetLength(long value) => owner.Record(() =>
        {
            owner._log.Add(new Resized(node, value));
            Inner.SetLength(value);
        });
    }
}
