using Distill.Datasets.Images;
using Parquet;
using Parquet.Data;
using Parquet.Schema;

namespace Distill.Datasets.Shards;

/// <summary>The rows of one row group, in memory until it is disposed of.</summary>
internal sealed class ParquetRowGroup : IDisposable
{
    /// <summary>More rows than anybody writes into one group: a file that claims them is damaged.</summary>
    private const long MostRows = 1 << 24;

    private readonly List<RawColumnData> _columns = [];
    private readonly ParquetRowGroupReader _group;
    private readonly int _count;

    private ParquetRowGroup(ParquetRowGroupReader group) => (_group, _count) = (
        group,
        group.RowCount is >= 0 and <= MostRows ? (int)group.RowCount : throw new InvalidDataException($"a row group claims {group.RowCount} rows"));

    public IReadOnlyList<ParquetRow> Rows { get; private set; } = [];

    /// <exception cref="InvalidDataException">The group is not what its metadata says; other damage throws whatever the library throws.</exception>
    public static async Task<ParquetRowGroup> ReadAsync(ParquetRowGroupReader group, ParquetColumns columns)
    {
        var read = new ParquetRowGroup(group);
        try
        {
            var images = await read.Column<ReadOnlyMemory<byte>>(columns.Image);
            var paths = columns.Path is { } path ? await read.Column<ReadOnlyMemory<char>>(path) : null;
            var labels = columns.Label is { } label ? await read.Labels(label) : null;
            read.Rows =
            [
                .. Enumerable.Range(0, read._count).Select(row => new ParquetRow(
                    images[row] ?? ReadOnlyMemory<byte>.Empty, paths?[row]?.ToString() ?? "", labels?[row] ?? ImageSet.Unlabeled)),
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

    private async Task<int?[]> Labels(DataField field)
    {
        var labels = await Raw(field) switch
        {
            RawColumnData<long> column => Spread(column, field, value => (Int128)value),
            RawColumnData<int> column => Spread(column, field, value => (Int128)value),
            RawColumnData<short> column => Spread(column, field, value => (Int128)value),
            RawColumnData<sbyte> column => Spread(column, field, value => (Int128)value),
            RawColumnData<ulong> column => Spread(column, field, value => (Int128)value),
            RawColumnData<uint> column => Spread(column, field, value => (Int128)value),
            RawColumnData<ushort> column => Spread(column, field, value => (Int128)value),
            RawColumnData<byte> column => Spread(column, field, value => (Int128)value),
            _ => throw new InvalidDataException($"column {field.Path} does not contain integers"),
        };
        return Array.ConvertAll(labels, label =>
            label is null ? (int?)null
            : label >= ImageSet.Unlabeled && label <= int.MaxValue ? (int)label
            : throw new InvalidDataException($"column {field.Path}: found {label}, expected the number of a class, or -1 for none"));
    }

    private async Task<T?[]> Column<T>(DataField field)
        where T : struct => await Raw(field) is RawColumnData<T> column
            ? Spread(column, field, value => value)
            : throw new InvalidDataException($"column {field.Path} has another type than the schema states");

    private async Task<RawColumnData> Raw(DataField field)
    {
        var column = await _group.ReadRawColumnDataBaseAsync(field);
        _columns.Add(column);
        return column;
    }

    // Absent values take no place among the values: one is absent where the struct or its part is, which is what a lower level says.
    private TResult?[] Spread<T, TResult>(RawColumnData<T> column, DataField field, Func<T, TResult> convert)
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
