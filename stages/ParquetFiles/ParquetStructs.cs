using static Distill.ParquetFiles.ThriftType;

namespace Distill.ParquetFiles;

/// <summary>
/// The structs of Parquet's metadata (apache/parquet-format, parquet.thrift). The library reads each field as the type that it should have
/// and ignores the type that the file states, so a different type makes it read garbage.
/// </summary>
internal static class ParquetStructs
{
    /// <summary>The struct FileMetaData.</summary>
    public static readonly Struct Footer;

    /// <summary>The struct PageHeader.</summary>
    public static readonly Struct PageHeader;

    static ParquetStructs()
    {
        var union = WithFields();
        var statistics = WithFields(Binary, Binary, Integer, Integer, Binary, Binary, Bool, Bool);
        var keyValue = WithFields(Binary, Binary);
        var schemaElement = WithFields(
            Integer, Integer, Integer, Binary, Integer, Integer, Integer, Integer, Integer, LogicalType());
        var sortingColumn = WithFields(Integer, Bool, Bool);
        var encodingStatistics = WithFields(Integer, Integer, Integer);
        var sizeStatistics = WithFields(Integer, new ListOf(Integer), new ListOf(Integer));
        var columnMetadata = WithFields(
            Integer, new ListOf(Integer), new ListOf(Binary), Integer, Integer, Integer, Integer, new ListOf(keyValue), Integer,
            Integer, Integer, statistics, new ListOf(encodingStatistics), Integer, Integer, sizeStatistics, union);
        var columnChunk = WithFields(Binary, Integer, columnMetadata, Integer, Integer, Integer, Integer, union, Binary);
        var rowGroup = WithFields(
            new ListOf(columnChunk), Integer, Integer, new ListOf(sortingColumn), Integer, Integer, Integer);
        Footer = WithFields(
            Integer, new ListOf(schemaElement), Integer, new ListOf(rowGroup), new ListOf(keyValue), Binary, new ListOf(union), union,
            Binary);

        var dataPage = WithFields(Integer, Integer, Integer, Integer, statistics);
        var indexPage = union;
        var dictionaryPage = WithFields(Integer, Integer, Bool);
        var dataPageV2 = WithFields(Integer, Integer, Integer, Integer, Integer, Integer, Bool, statistics);
        PageHeader = WithFields(Integer, Integer, Integer, Integer, dataPage, indexPage, dictionaryPage, dataPageV2);
    }

    /// <summary>Creates the union LogicalType, in which decimal, time and timestamp have fields.</summary>
    private static Struct LogicalType()
    {
        var none = WithFields();
        var scaleAndPrecision = WithFields(Integer, Integer);
        var time = WithFields(Bool, WithFields(none, none, none));
        return WithFields(none, none, none, none, scaleAndPrecision, none, time, time);
    }

    /// <summary>Creates a struct whose fields have the numbers 1, 2, 3 and so on.</summary>
    private static Struct WithFields(params ThriftType[] types) => new([.. types.Select((type, i) => (i + 1, type))]);
}
