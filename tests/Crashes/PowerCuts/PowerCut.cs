using Distill.Learning.Randomness;

namespace Tests.Crashes.PowerCuts;

/// <summary>
/// A power cut after some changes of a disk. A change of names is safe once every folder in it was synced afterwards, and bytes are safe
/// once their file was. All others may be on the disk or not, each by itself. So a file may be renamed before its bytes are there,
/// end at any byte, or have zeros for bytes that were not written in time, as file systems with delayed allocation leave it.
/// </summary>
/// <remarks>
/// This is the least that POSIX guarantees, and file systems guarantee more (Pillai et al., "All File Systems Are Not Created Equal",
/// OSDI 2014, section 3). Only a rename is trusted to be whole.
/// </remarks>
internal sealed class PowerCut
{
    private readonly Node _root;
    private readonly IReadOnlyList<DiskChange> _changes;
    private readonly Dictionary<Node, int> _lastSync = [];
    private readonly List<NameChange> _unsafeNames = [];
    private readonly Dictionary<Node, List<DiskChange>> _unsafeBytes = [];

    /// <param name="root">The root folder.</param>
    /// <param name="log">The changes of the whole run.</param>
    /// <param name="after">How many of them the computer made before the cut.</param>
    public PowerCut(Node root, IReadOnlyList<DiskChange> log, int after)
    {
        (_root, _changes) = (root, [.. log.Take(after)]);
        for (var i = 0; i < _changes.Count; i++)
        {
            if (_changes[i] is Synced { Node: var node })
            {
                _lastSync[node] = i;
            }
        }

        for (var i = 0; i < _changes.Count; i++)
        {
            switch (_changes[i])
            {
                case NameChange names when !IsSafe(names, i):
                    _unsafeNames.Add(names);
                    break;
                case Written { File: var file } written when !IsSynced(file, i):
                    Unsafe(file).Add(written);
                    break;
                case Resized { File: var file } resized when !IsSynced(file, i):
                    Unsafe(file).Add(resized);
                    break;
            }
        }
    }

    /// <summary>Draws a state of the disk. The first two are the extremes: all changes reached it, and only the safe ones did.</summary>
    public DiskState Draw(RandomKey random, int number)
    {
        if (number < 2)
        {
            return State(_ => number == 0, (_, file) => Content(file, number == 0 ? long.MaxValue : 0, torn: false));
        }

        var key = random.Fold(number);
        var names = key.Fold("names");
        // Some cuts lose much, and some little.
        var share = key.Uniform(0);
        var lost = _unsafeNames.Where((_, i) => names.Uniform(i) < share).ToHashSet();
        return State(
            change => !lost.Contains(change),
            (order, file) =>
            {
                var bytes = key.Fold("bytes").Fold(order);
                var pending = Unsafe(file).OfType<Written>().Sum(written => (long)written.Bytes.Length);
                var kept = bytes.Below(0, 3) switch
                {
                    0 => 0,
                    1 => pending,
                    _ => (long)(bytes.Uniform(1) * (pending + 1)),
                };
                return Content(file, kept, torn: bytes.Below(2, 2) == 0);
            });
    }

    private DiskState State(Func<NameChange, bool> keeps, Func<int, Node, byte[]> contentOf)
    {
        var folders = new Dictionary<Node, SortedDictionary<string, Node>>();
        var lost = _unsafeNames.Where(change => !keeps(change)).ToHashSet(ReferenceEqualityComparer.Instance);
        foreach (var change in _changes.OfType<NameChange>().Where(change => !lost.Contains(change)))
        {
            foreach (var (folder, name, value) in change.Names)
            {
                if (value is null)
                {
                    EntriesOf(folder).Remove(name);
                }
                else
                {
                    EntriesOf(folder)[name] = value;
                }
            }
        }

        var files = new SortedDictionary<string, byte[]?>(StringComparer.Ordinal);
        Collect(_root, "");
        return new DiskState(files);

        void Collect(Node folder, string path)
        {
            foreach (var (name, node) in EntriesOf(folder))
            {
                var below = path + name;
                files.Add(below, node.IsFolder ? null : contentOf(files.Count, node));
                if (node.IsFolder)
                {
                    Collect(node, below + "/");
                }
            }
        }

        SortedDictionary<string, Node> EntriesOf(Node folder)
        {
            if (!folders.TryGetValue(folder, out var entries))
            {
                folders.Add(folder, entries = new(folder.EntriesBefore.ToDictionary(), StringComparer.Ordinal));
            }

            return entries;
        }
    }

    /// <summary>Returns the bytes of a file of which some were lost.</summary>
    /// <param name="file">The file.</param>
    /// <param name="kept">How many of the unsafe bytes are on the disk, in the order in which they were written.</param>
    /// <param name="torn">Whether the file has its whole length all the same, with zeros for the lost bytes.</param>
    private byte[] Content(Node file, long kept, bool torn)
    {
        var content = new MemoryStream();
        content.Write(file.Before);
        var lastSync = _lastSync.GetValueOrDefault(file, -1);
        for (var i = 0; i < _changes.Count; i++)
        {
            switch (_changes[i])
            {
                case Written written when written.File == file:
                    var whole = written.Bytes.Length;
                    var there = i < lastSync ? whole : (int)Math.Min(kept, whole);
                    kept -= i < lastSync ? 0 : there;
                    content.Position = written.Offset;
                    content.Write(written.Bytes.AsSpan(0, there));
                    if (torn && there < whole && content.Length < written.Offset + whole)
                    {
                        content.SetLength(written.Offset + whole);
                    }

                    break;
                case Resized resized when resized.File == file && (i < lastSync || kept > 0):
                    content.SetLength(resized.Length);
                    break;
            }
        }

        return content.ToArray();
    }

    private bool IsSafe(NameChange change, int at) => change.Names.All(name => IsSynced(name.Folder, at));

    private bool IsSynced(Node node, int at) => _lastSync.GetValueOrDefault(node, -1) > at;

    private List<DiskChange> Unsafe(Node file)
    {
        if (!_unsafeBytes.TryGetValue(file, out var changes))
        {
            _unsafeBytes.Add(file, changes = []);
        }

        return changes;
    }
}
