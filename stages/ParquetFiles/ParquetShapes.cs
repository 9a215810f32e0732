using static Distill.ParquetFiles.ThriftShape;

namespace Distill.ParquetFiles;

/// <summary>
/// The structs of Parquet's metadata (apache/parquet-format, parquet.thrift). The library reads each field as the type that it ought to have, whatever
/// type it says it has, and loses its way in what says another.
/// </summary>
internal static class ParquetShapes
{
    /// <summary>FileMetaData.</summary>
    public static readonly Struct Footer;

    /// <summary>PageHeader.</summary>
    public static readonly Struct PageHeader;

    static ParquetShapes()
    {
        var union = new Struct();
        var statistics = new Struct((1, Octets), (2, Octets), (3, Whole), (4, Whole), (5, Octets), (6, Octets), (7, Flag), (8, Flag));
        var keyValue = new Struct((1, Octets), (2, Octets));
        var schemaElement = new Struct(
            (1, Whole), (2, Whole), (3, Whole), (4, Octets), (5, Whole), (6, Whole), (7, Whole), (8, Whole), (9, Whole), (10, LogicalType()));
        var sortingColumn = new Struct((1, Whole), (2, Flag), (3, Flag));
        var encodingStatistics = new Struct((1, Whole), (2, Whole), (3, Whole));
        var sizeStatistics = new Struct((1, Whole), (2, new Several(Whole)), (3, new Several(Whole)));
        var column = new Struct(
            (1, Whole), (2, new Several(Whole)), (3, new Several(Octets)), (4, Whole), (5, Whole), (6, Whole), (7, Whole), (8, new Several(keyValue)),
            (9, Whole), (10, Whole), (11, Whole), (12, statistics), (13, new Several(encodingStatistics)), (14, Whole), (15, Whole), (16, sizeStatistics), (17, union));
        var chunk = new Struct(
            (1, Octets), (2, Whole), (3, column), (4, Whole), (5, Whole), (6, Whole), (7, Whole), (8, union), (9, Octets));
        var rowGroup = new Struct(
            (1, new Several(chunk)), (2, Whole), (3, Whole), (4, new Several(sortingColumn)), (5, Whole), (6, Whole), (7, Whole));
        Footer = new Struct(
            (1, Whole), (2, new Several(schemaElement)), (3, Whole), (4, new Several(rowGroup)), (5, new Several(keyValue)), (6, Octets),
            (7, new Several(union)), (8, union), (9, Octets));
        PageHeader = new Struct(
            (1, Whole), (2, Whole), (3, Whole), (4, Whole),
            (5, new Struct((1, Whole), (2, Whole), (3, Whole), (4, Whole), (5, statistics))),
            (6, union),
            (7, new Struct((1, Whole), (2, Whole), (3, Flag))),
            (8, new Struct((1, Whole), (2, Whole), (3, Whole), (4, Whole), (5, Whole), (6, Whole), (7, Flag), (8, statistics))));
    }

    /// <summary>A union whose decimal, time and timestamp have fields of their own.</summary>
    private static Struct LogicalType()
    {
        var none = new Struct();
        var time = new Struct((1, Flag), (2, new Struct((1, none), (2, none), (3, none))));
        return new Struct((1, none), (2, none), (3, none), (4, none), (5, new Struct((1, Whole), (2, Whole))), (6, none), (7, time), (8, time));
    }
}
