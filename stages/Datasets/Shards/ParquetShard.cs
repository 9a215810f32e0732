using Distill.Datasets.Options;
using Distill.ParquetFiles;
using Distill.Pipeline.Options;
using Parquet;
using Parquet.Meta;
using Parquet.Schema;

namespace Distill.Datasets.Shards;

/// <summary>A Parquet file of images, read one row group at a time.</summary>
internal sealed class ParquetShard : IDisposable
{
    private readonly Shard _shard;
    private readonly ParquetReader _reader;

    private ParquetShard(Shard shard, ParquetReader reader, ParquetColumns columns) =>
        (_shard, _reader, Columns) = (shard, reader, columns);

    public ParquetColumns Columns { get; }

    public int RowGroups => _reader.RowGroupCount;

    /// <summary>Total size of the images according to the file's metadata, in bytes.</summary>
    public long ImageBytes => _shard.TranslateErrors(() => Enumerable.Range(0, RowGroups).Sum(index =>
    {
        using var group = _reader.OpenRowGroupReader(index);
        return group.GetMetadata(Columns.Image)?.MetaData?.TotalUncompressedSize ?? 0;
    }));

    /// <summary>Opens a file and chooses its columns.</summary>
    /// <param name="shard">File to open.</param>
    /// <param name="options">Options of the dataset, which may name the columns.</param>
    /// <param name="labeled">Whether to choose a column of labels.</param>
    /// <exception cref="UserException">The file is damaged, or lacks the required columns.</exception>
    public static ParquetShard Open(Shard shard, DatasetOptions options, bool labeled) => shard.TranslateErrors(() =>
    {
        ParquetFooter.Check(shard.Path);
        var reader = ParquetReader.CreateAsync(shard.Path).GetAwaiter().GetResult();
        try
        {
            var features = HubFeatures.Parse(reader.CustomMetadata);
            return new ParquetShard(shard, reader, ParquetColumns.Choose(Fields(reader), features, options, labeled, shard.Path));
        }
        catch
        {
            Close(reader);
            throw;
        }
    });

    /// <summary>Reads a row group. The caller disposes of it.</summary>
    /// <exception cref="UserException">The row group is damaged.</exception>
    public ParquetRowGroup Read(int rowGroup) => _shard.TranslateErrors(() =>
    {
        using var group = _reader.OpenRowGroupReader(rowGroup);
        if (group.RowCount != 0)
        {
            ParquetPages.Check(_shard.Path, group, new[] { Columns.Image, Columns.Path, Columns.Label }.OfType<DataField>());
        }

        return ParquetRowGroup.ReadAsync(group, Columns, _shard.Path).GetAwaiter().GetResult();
    });

    public void Dispose() => Close(_reader);

    /// <summary>
    /// Lists the fields. The library reads times as plain integers and enums as bytes, and only the metadata tells them apart.
    /// </summary>
    private static IReadOnlyList<ParquetField> Fields(ParquetReader reader)
    {
        var times = (reader.Metadata?.Schema ?? []).Where(element => element.LogicalType is { TIME: not null } or { TIMESTAMP: not null }
            || element.ConvertedType is ConvertedType.TIME_MILLIS or ConvertedType.TIME_MICROS)
            .Select(element => element.Name).ToHashSet(StringComparer.Ordinal);
        var enums = (reader.Metadata?.Schema ?? [])
            .Where(element => element.LogicalType is { ENUM: not null } || element.ConvertedType is ConvertedType.ENUM)
            .Select(element => element.Name).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. reader.Schema.Fields.Select(field => new ParquetField(
                field, times.Contains(field.Name) ? "time" : enums.Contains(field.Name) ? "enum" : null)),
        ];
    }

    private static void Close(ParquetReader reader) => reader.DisposeAsync().AsTask().GetAwaiter().GetResult();
}
