using Parquet;
using Parquet.Meta;
using Parquet.Schema;

namespace Distill.ParquetFiles;

/// <summary>
/// Checks the headers of a column's pages before the library reads them, which allocates memory for whatever size they claim
/// (apache/parquet-format, parquet.thrift: PageHeader).
/// </summary>
public static class ParquetPages
{
    /// <summary>Maximum uncompressed size of a page. Writers aim at one megabyte.</summary>
    private const long MaxBytes = 1 << 28;

    /// <summary>Maximum number of values of a column in one row group.</summary>
    private const long MaxValues = 1 << 24;

    private const int HeaderBytes = 1 << 14;
    private const int LongHeaderBytes = 1 << 20;

    // Field numbers of PageHeader, and of num_values in the header of each kind of page.
    private const long UncompressedPageSize = 2;
    private const long CompressedPageSize = 3;
    private const long DataPageValues = 5 * ThriftCompact.Inner + 1;
    private const long DictionaryPageValues = 7 * ThriftCompact.Inner + 1;
    private const long DataPageV2Values = 8 * ThriftCompact.Inner + 1;

    // Lengths of the levels, which precede the compressed values in a data page of version 2.
    private const long DefinitionLevelsLength = 8 * ThriftCompact.Inner + 5;
    private const long RepetitionLevelsLength = 8 * ThriftCompact.Inner + 6;

    /// <summary>Checks all pages of the columns that will be read from a row group.</summary>
    /// <exception cref="InvalidDataException">A page is outside of the file, or claims an implausible size.</exception>
    public static void Check(string path, ParquetRowGroupReader group, IEnumerable<DataField> fields)
    {
        using var file = File.OpenRead(path);
        foreach (var field in fields)
        {
            if (group.GetMetadata(field)?.MetaData is not { } column)
            {
                throw new InvalidDataException($"it has no pages for column {field.Path}");
            }

            var dictionary = column.DictionaryPageOffset is > 0 and var offset ? offset : long.MaxValue;
            var start = Math.Min(column.DataPageOffset, dictionary);
            if (column.NumValues is < 0 or > MaxValues)
            {
                throw new InvalidDataException($"column {field.Path} claims {column.NumValues} values in a row group");
            }

            if (start < 0 || column.TotalCompressedSize < 0 || start > file.Length - column.TotalCompressedSize)
            {
                throw new InvalidDataException($"the pages of column {field.Path} are outside of it");
            }

            var held = 0L;
            for (var at = start; at < start + column.TotalCompressedSize;)
            {
                var (bytes, values) = Check(file, at, start + column.TotalCompressedSize - at, field, column.Codec);
                (at, held) = (at + bytes, held + values);
            }

            // The library reads until it has as many values as are claimed: for ever if there are fewer.
            if (held != column.NumValues)
            {
                throw new InvalidDataException(
                    $"column {field.Path} claims {column.NumValues} values in a row group, but its pages contain {held}");
            }
        }
    }

    /// <summary>Checks one page. Returns its length with the header, and its number of values; a dictionary page has none.</summary>
    private static (long Bytes, long Values) Check(
        FileStream file, long at, long left, DataField column, CompressionCodec codec)
    {
        long uncompressed = -1, compressed = -1, values = 0, entries = 0, levels = 0;
        var header = ReadHeader(file, at, left, (field, value) =>
        {
            switch (field)
            {
                case UncompressedPageSize:
                    uncompressed = value;
                    break;
                case CompressedPageSize:
                    compressed = value;
                    break;
                case DataPageValues or DataPageV2Values:
                    values = value;
                    break;
                case DictionaryPageValues:
                    entries = value;
                    break;
                case DefinitionLevelsLength or RepetitionLevelsLength:
                    levels += value;
                    break;
                default:
                    break;
            }
        });
        var plausible = compressed >= 0 && compressed <= left - header
            && uncompressed is >= 0 and <= MaxBytes
            && values is >= 0 and <= MaxValues
            && entries is >= 0 and <= MaxValues
            && levels >= 0 && levels <= compressed;
        return plausible && !(ClaimedSize() > (ulong)uncompressed)
            ? (header + compressed, values)
            : throw new InvalidDataException(
                $"a page of column {column.Path} claims {compressed} bytes compressed, {uncompressed} uncompressed and {values} values");

        ulong? ClaimedSize()
        {
            var start = ReadBytes(file, at + header + levels, Math.Min(compressed - levels, UncompressedSize.MaxHeaderBytes));
            return UncompressedSize.Read(codec, start);
        }
    }

    /// <summary>Reads the numbers of a page header and returns its length.</summary>
    private static int ReadHeader(FileStream file, long at, long left, Action<long, long> number)
    {
        try
        {
            return new ThriftCompact(ReadBytes(file, at, Math.Min(left, HeaderBytes))).Walk(ParquetStructs.PageHeader, number);
        }
        catch (InvalidDataException) when (left > HeaderBytes)
        {
            // Statistics may contain values of any length.
            return new ThriftCompact(ReadBytes(file, at, Math.Min(left, LongHeaderBytes))).Walk(ParquetStructs.PageHeader, number);
        }
    }

    private static byte[] ReadBytes(FileStream file, long at, long count)
    {
        var bytes = new byte[count];
        file.Position = at;
        file.ReadExactly(bytes);
        return bytes;
    }
}
