using System.Runtime.InteropServices;
using ParquetSharp;
using ParquetSharp.Schema;

namespace Tests.Datasets.Shards;

/// <summary>Writes Parquet in the form of the Hugging Face Hub, with Arrow's own writer.</summary>
internal sealed record HubParquet
{
    /// <summary>Name of the column of images.</summary>
    public string Image { get; init; } = "image";

    /// <summary>Names of the columns of labels.</summary>
    public string[] Labels { get; init; } = ["label"];

    /// <summary>The value of the metadata key "huggingface"; null for none.</summary>
    public string? Features { get; init; }

    /// <summary>Whether an image is a struct of bytes and path, or only bytes.</summary>
    public bool Nested { get; init; } = true;

    public bool Dictionary { get; init; } = true;

    public Compression Compression { get; init; } = Compression.Snappy;

    public int RowsPerGroup { get; init; } = 1000;

    /// <summary>Returns metadata for one column of images and one of named classes.</summary>
    public static string Described(params string[] classes) =>
        """{"info": {"features": {"image": {"_type": "Image"}, "label": {"names": [NAMES], "_type": "ClassLabel"}}}}"""
            .Replace("NAMES", string.Join(", ", classes.Select(name => $"\"{name}\"")), StringComparison.Ordinal);

    /// <summary>Writes rows of bytes, path (both null for a null struct) and label. Every column of labels has the same label.</summary>
    public void Write(string path, params (byte[]? Bytes, string? Path, long? Label)[] rows)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        using var bytes = new PrimitiveNode(Nested ? "bytes" : Image, Repetition.Optional, LogicalType.None(), PhysicalType.ByteArray);
        using var name = new PrimitiveNode("path", Repetition.Optional, LogicalType.String(), PhysicalType.ByteArray);
        using var image = new GroupNode(Image, Repetition.Optional, [bytes, name]);
        var labels = Labels.Select(label => new PrimitiveNode(label, Repetition.Optional, LogicalType.None(), PhysicalType.Int64));
        using var schema = new GroupNode("schema", Repetition.Required, [Nested ? image : bytes, .. labels]);
        using var builder = new WriterPropertiesBuilder();
        builder.Compression(Compression);
        using var properties = (Dictionary ? builder.EnableDictionary() : builder.DisableDictionary()).Build();
        var metadata = Features is null ? [] : new Dictionary<string, string> { ["huggingface"] = Features };
        using var writer = new ParquetFileWriter(path, schema, properties, metadata);
        foreach (var group in rows.Chunk(RowsPerGroup))
        {
            using var rowGroup = writer.AppendRowGroup();
            WriteStrings(rowGroup, group, row => row.Bytes);
            if (Nested)
            {
                WriteStrings(rowGroup, group, row => row.Path is null ? null : System.Text.Encoding.UTF8.GetBytes(row.Path));
            }

            foreach (var _ in Labels)
            {
                using var column = (ColumnWriter<long>)rowGroup.NextColumn();
                column.WriteBatch(
                    group.Length,
                    [.. group.Select(row => (short)(row.Label is null ? 0 : 1))],
                    null,
                    [.. group.Select(row => row.Label).OfType<long>()]);
            }
        }

        writer.Close();
    }

    private void WriteStrings(
        RowGroupWriter rowGroup,
        (byte[]? Bytes, string? Path, long? Label)[] rows,
        Func<(byte[]? Bytes, string? Path, long? Label), byte[]?> value)
    {
        var values = rows.Select(value).OfType<byte[]>().ToArray();
        var pins = Array.ConvertAll(values, content => GCHandle.Alloc(content, GCHandleType.Pinned));
        // Definition level 0: the struct is null; 1: its field is null; 2: a value. Without a struct, 1 is a value.
        var levels = rows.Select(row =>
            value(row) is not null ? (short)(Nested ? 2 : 1) : (short)(Nested && (row.Bytes, row.Path) is not (null, null) ? 1 : 0));
        using var column = (ColumnWriter<ByteArray>)rowGroup.NextColumn();
        ByteArray[] content = [.. pins.Select((pin, i) => new ByteArray(pin.AddrOfPinnedObject(), values[i].Length))];
        column.WriteBatch(rows.Length, [.. levels], null, content);
        Array.ForEach(pins, pin => pin.Free());
    }
}
