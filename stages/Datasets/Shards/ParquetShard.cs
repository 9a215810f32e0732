using Distill.Datasets.Options;
using Distill.ParquetFiles;
using Distill.Pipeline.Options;
using Parquet;
using Parquet.Schema;

namespace Distill.Datasets.Shards;

/// <summary>One Parquet file of images, read a row group at a time.</summary>
internal sealed class ParquetShard : IDisposable
{
    private readonly Shard _shard;
    private readonly ParquetReader _reader;

    private ParquetShard(Shard shard, ParquetReader reader, ParquetColumns columns) => (_shard, _reader, Columns) = (shard, reader, columns);

    public ParquetColumns Columns { get; }

    public int RowGroups => _reader.RowGroupCount;

    /// <summary>Bytes of all images, as far as the file's metadata tells.</summary>
    public long ImageBytes => _shard.Reading(() => Enumerable.Range(0, RowGroups).Sum(index =>
    {
        using var group = _reader.OpenRowGroupReader(index);
        return group.GetMetadata(Columns.Image)?.MetaData?.TotalUncompressedSize ?? 0;
    }));

    /// <param name="shard">The file.</param>
    /// <param name="options">May name the columns.</param>
    /// <param name="labeled">Whether a column of labels is looked for.</param>
    /// <exception cref="UserException">The file is damaged, or has no such columns as are needed.</exception>
    public static ParquetShard Open(Shard shard, DatasetOptions options, bool labeled) => shard.Reading(() =>
    {
        ParquetFooter.Check(shard.Path);
        var reader = ParquetReader.CreateAsync(shard.Path).GetAwaiter().GetResult();
        try
        {
            return new ParquetShard(shard, reader, ParquetColumns.Of(reader.Schema, HubFeatures.Of(reader.CustomMetadata), options, labeled, shard.Path));
        }
        catch
        {
            Close(reader);
            throw;
        }
    });

    /// <exception cref="UserException">The row group is damaged.</exception>
    public ParquetRowGroup Read(int rowGroup) => _shard.Reading(() =>
    {
        using var group = _reader.OpenRowGroupReader(rowGroup);
        ParquetPages.Check(_shard.Path, group, new[] { Columns.Image, Columns.Path, Columns.Label }.OfType<DataField>());
        return ParquetRowGroup.ReadAsync(group, Columns).GetAwaiter().GetResult();
    });

    public void Dispose() => Close(_reader);

    private static void Close(ParquetReader reader) => reader.DisposeAsync().AsTask().GetAwaiter().GetResult();
}
