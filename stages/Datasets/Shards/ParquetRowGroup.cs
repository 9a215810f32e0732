using Distill.Datasets.Images;
using Distill.Pipeline.Options;
using Parquet;
using Parquet.Data;
using Parquet.Schema;

namespace Distill.Datasets.Shards;

/// <summary>The rows of one row group. Disposing of it frees their memory.</summary>
internal sealed class ParquetRowGroup : IDisposable
{
    /// <summary>No writer puts more rows into a group, so a file that claims more is damaged.</summary>
    private const long MaxRows = 1 << 24;

    private readonly List<RawColumnData> _columns = [];
    private readonly ParquetRowGroupReader _group;
    private readonly int _count;

    private ParquetRowGroup(ParquetRowGroupReader group)
    {
        _group = group;
        _count = group.RowCount is >= 0 and <= MaxRows
            ? (int)group.RowCount
            : throw new InvalidDataException($"a row group claims {group.RowCount} rows");
    }

    public IReadOnlyList<ParquetRow> Rows { get; private set; } = [];

    /// <summary>Reads a row group.</summary>
    /// <param name="group">Row group to read.</param>
    /// <param name="columns">Columns to read.</param>
    /// <param name="path">Path of the file, for messages.</param>
    /// <exception cref="InvalidDataException">The group contradicts its metadata. On other damage the library throws others.</exception>
    /// <exception cref="UserException">A label is neither the number nor the name of a class.</exception>
    public static async Task<ParquetRowGroup> ReadAsync(ParquetRowGroupReader group, ParquetColumns columns, string path)
    {
        var read = new ParquetRowGroup(group);
        if (read._count == 0)
        {
            return read;
        }

        try
        {
            var images = await read.ReadColumn<ReadOnlyMemory<byte>>(columns.Image);
            var paths = columns.Path is { } pathColumn ? await read.ReadColumn<ReadOnlyMemory<char>>(pathColumn) : null;
            var labels = columns.Label is { } label && !columns.LabelsAreNames ? await read.ReadLabels(label, path) : null;
            var names = columns.Label is { } name && columns.LabelsAreNames ? await read.ReadNames(name, path) : null;
            read.Rows =
            [
                .. Enumerable.Range(0, read._count).Select(row => new ParquetRow(
                    images[row] ?? ReadOnlyMemory<byte>.Empty,
                    images[row] is not null,
                    paths?[row]?.ToString() ?? "",
                    labels?[row] ?? ImageSet.Unlabeled,
                    names?[row])),
            ];
            return read;
        }
        catch
        {
            read.Dispose();
            throw;
        }
    }

    public void Dispose() => _columns.ForEach(column => column.Dispose());

    private async Task<string?[]> ReadNames(DataField field, string path)
    {
        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        return Array.ConvertAll(await ReadColumn<ReadOnlyMemory<char>>(field), value =>
        {
            if (value?.ToString() is not { } name)
            {
                return null;
            }

            // One object for each class, not for each row.
            return known.TryGetValue(name, out var same) ? same
                : LabelNames.Problem(name) is { } problem ? throw new UserException($"{path}: column {field.Path}: {problem}")
                : known[name] = name;
        });
    }

    private async Task<int?[]> ReadLabels(DataField field, string path)
    {
        var labels = await ReadRaw(field) switch
        {
            RawColumnData<long> column => AlignToRows(column, field, value => (Int128)value),
            RawColumnData<int> column => AlignToRows(column, field, value => (Int128)value),
            RawColumnData<short> column => AlignToRows(column, field, value => (Int128)value),
            RawColumnData<sbyte> column => AlignToRows(column, field, value => (Int128)value),
            RawColumnData<ulong> column => AlignToRows(column, field, value => (Int128)value),
            RawColumnData<uint> column => AlignToRows(column, field, value => (Int128)value),
            RawColumnData<ushort> column => AlignToRows(column, field, value => (Int128)value),
            RawColumnData<byte> column => AlignToRows(column, field, value => (Int128)value),
            _ => throw new InvalidDataException($"column {field.Path} does not contain integers"),
        };
        return Array.ConvertAll(labels, label =>
            label is null ? (int?)null
            : label >= ImageSet.Unlabeled && label <= int.MaxValue ? (int)label
            : throw new UserException($"{path}: column {field.Path}: found {label}, expected the number of a class, or -1 for none"));
    }

    private async Task<T?[]> ReadColumn<T>(DataField field)
        where T : struct => await ReadRaw(field) is RawColumnData<T> column
            ? AlignToRows(column, field, value => value)
            : throw new InvalidDataException($"column {field.Path} has another type than the schema states");

    private async Task<RawColumnData> ReadRaw(DataField field)
    {
        var column = await _group.ReadRawColumnDataBaseAsync(field);
        _columns.Add(column);
        return column;
    }

    // Nulls have no place among the values. A definition level below the maximum marks a null, of the struct or of its field.
    private TResult?[] AlignToRows<T, TResult>(RawColumnData<T> column, DataField field, Func<T, TResult> convert)
        where T : struct
        where TResult : struct
    {
        var values = column.Values;
        var levels = field.MaxDefinitionLevel > 0 ? column.DefinitionLevels : [];
        if (field.MaxDefinitionLevel > 0 ? levels.Length != _count : values.Length != _count)
        {
            throw new InvalidDataException($"column {field.Path} has {Math.Max(levels.Length, values.Length)} values for {_count} rows");
        }

        var rows = new TResult?[_count];
        for (int row = 0, next = 0; row < _count; row++)
        {
            if (levels.IsEmpty || levels[row] == field.MaxDefinitionLevel)
            {
                rows[row] = convert(values[next++]);
            }
        }

        return rows;
    }
}

/// <summary>A row of a Parquet file of images.</summary>
/// <param name="Image">Encoded bytes; empty if the row has no image.</param>
/// <param name="HasImage">Whether the bytes are not null.</param>
/// <param name="Path">Original name of the image file; empty if unknown.</param>
/// <param name="Label">Class number, or <see cref="ImageSet.Unlabeled"/>.</param>
/// <param name="ClassName">Name of the class if the column has names; null for none.</param>
internal readonly record struct ParquetRow(ReadOnlyMemory<byte> Image, bool HasImage, string Path, int Label, string? ClassName);
