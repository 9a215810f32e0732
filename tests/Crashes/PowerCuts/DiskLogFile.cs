using System.Text;

namespace Tests.Crashes.PowerCuts;

/// <summary>The log of a disk in a file, to bring it from one process to another.</summary>
internal static class DiskLogFile
{
    public static void Write(string path, Node root, IReadOnlyList<DiskChange> changes)
    {
        using var writer = new BinaryWriter(File.Create(path), Encoding.UTF8);
        var numbers = new Dictionary<Node, int>(ReferenceEqualityComparer.Instance);
        Number(root);
        writer.Write(changes.Count);
        foreach (var change in changes)
        {
            switch (change)
            {
                case NameChange names:
                    writer.Write((byte)0);
                    writer.Write(names.Names.Count);
                    foreach (var (folder, name, value) in names.Names)
                    {
                        Number(folder);
                        writer.Write(name);
                        writer.Write(value is not null);
                        if (value is not null)
                        {
                            Number(value);
                        }
                    }

                    break;
                case Written written:
                    writer.Write((byte)1);
                    Number(written.File);
                    writer.Write(written.Offset);
                    writer.Write(written.Bytes.Length);
                    writer.Write(written.Bytes);
                    break;
                case Resized resized:
                    writer.Write((byte)2);
                    Number(resized.File);
                    writer.Write(resized.Length);
                    break;
                case Synced synced:
                    writer.Write((byte)3);
                    Number(synced.Node);
                    break;
            }
        }

        // A node's content follows its number where it comes for the first time.
        void Number(Node node)
        {
            if (numbers.TryGetValue(node, out var number))
            {
                writer.Write(number);
                return;
            }

            numbers.Add(node, numbers.Count);
            writer.Write(numbers[node]);
            writer.Write(node.IsFolder);
            writer.Write(node.Before.Length);
            writer.Write(node.Before);
            writer.Write(node.EntriesBefore.Count);
            foreach (var (name, entry) in node.EntriesBefore)
            {
                writer.Write(name);
                Number(entry);
            }
        }
    }

    public static (Node Root, IReadOnlyList<DiskChange> Changes) Read(string path)
    {
        using var reader = new BinaryReader(File.OpenRead(path), Encoding.UTF8);
        var nodes = new List<Node>();
        var root = ReadNode();
        var changes = new List<DiskChange>();
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            changes.Add(reader.ReadByte() switch
            {
                0 => new NameChange([.. Enumerable.Range(0, reader.ReadInt32()).Select(_ =>
                    (ReadNode(), reader.ReadString(), reader.ReadBoolean() ? ReadNode() : null))]),
                1 => new Written(ReadNode(), reader.ReadInt64(), reader.ReadBytes(reader.ReadInt32())),
                2 => new Resized(ReadNode(), reader.ReadInt64()),
                _ => new Synced(ReadNode()),
            });
        }

        return (root, changes);

        Node ReadNode()
        {
            var number = reader.ReadInt32();
            if (number < nodes.Count)
            {
                return nodes[number];
            }

            var node = new Node(reader.ReadBoolean(), reader.ReadBytes(reader.ReadInt32()));
            nodes.Add(node);
            node.EntriesBefore = Enumerable.Range(0, reader.ReadInt32()).Select(_ => (reader.ReadString(), ReadNode())).ToDictionary();
            return node;
        }
    }
}
