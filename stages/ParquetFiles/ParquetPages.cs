using Parquet;
using Parquet.Meta;
using Parquet.Schema;

namespace Distill.ParquetFiles;

/// <summary>
/// Looks at the headers of a column's pages before the library does, which takes memory for whatever size they claim
/// (apache/parquet-format, parquet.thrift: PageHeader).
/// </summary>
public static class ParquetPages
{
    /// <summary>Of one page, unpacked: writers aim at a megabyte.</summary>
    private const long MostBytes = 1 << 28;

    /// <summary>Of a column in one row group.</summary>
    private const long MostValues = 1 << 24;

    private const int HeaderBytes = 1 << 14;
    private const int LongHeaderBytes = 1 << 20;

    // Fields of PageHeader, and num_values in the header of each kind of page.
    private const long Unpacked = 2;
    private const long Packed = 3;
    private const long DataValues = 5 * ThriftCompact.Inner + 1;
    private const long DictionaryValues = 7 * ThriftCompact.Inner + 1;
    private const long DataValues2 = 8 * ThriftCompact.Inner + 1;

    // Lengths of the levels, which such a page has before what is packed.
    private const long Definitions2 = 8 * ThriftCompact.Inner + 5;
    private const long Repetitions2 = 8 * ThriftCompact.Inner + 6;

    /// <param name="path">The file.</param>
    /// <param name="group">The row group.</param>
    /// <param name="fields">Its columns that are going to be read.</param>
    /// <exception cref="InvalidDataException">A page lies outside the file, or is too large to be true.</exception>
    public static void Check(string path, ParquetRowGroupReader group, IEnumerable<DataField> fields)
    {
        using var file = File.OpenRead(path);
        foreach (var field in fields)
        {
            if (group.GetMetadata(field)?.MetaData is not { } column)
            {
                throw new InvalidDataException($"it has no pages for column {field.Path}");
            }

            var start = Math.Min(column.DataPageOffset, column.DictionaryPageOffset is > 0 and var dictionary ? dictionary : long.MaxValue);
            if (column.NumValues is < 0 or > MostValues)
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

            // The library reads on until it has as many as are claimed: for ever, where there are fewer.
            if (held != column.NumValues)
            {
                throw new InvalidDataException($"column {field.Path} claims {column.NumValues} values in a row group, but its pages contain {held}");
            }
        }
    }

    /// <returns>Bytes of the page with its header, and how many values it holds; a dictionary's are none of the column's.</returns>
    private static (long Bytes, long Values) Check(FileStream file, long at, long left, DataField field, CompressionCodec codec)
    {
        long unpacked = -1, packed = -1, values = 0, entries = 0, levels = 0;
        var header = Header(file, at, left, (name, value) =>
        {
            switch (name)
            {
                case Unpacked:
                    unpacked = value;
                    break;
                case Packed:
                    packed = value;
                    break;
                case DataValues or DataValues2:
                    values = value;
                    break;
                case DictionaryValues:
                    entries = value;
                    break;
                case Definitions2 or Repetitions2:
                    levels += value;
                    break;
                default:
                    break;
            }
        });
        var fits = packed >= 0 && packed <= left - header && unpacked is >= 0 and <= MostBytes && values is >= 0 and <= MostValues && entries is >= 0 and <= MostValues && levels >= 0 && levels <= packed;
        return fits && !(PackedSize.Of(codec, Bytes(file, at + header + levels, Math.Min(packed - levels, PackedSize.Bytes))) > (ulong)unpacked)
            ? (header + packed, values)
            : throw new InvalidDataException($"a page of column {field.Path} claims {packed} bytes packed, {unpacked} unpacked and {values} values");
    }

    /// <returns>Bytes of the header.</returns>
    private static int Header(FileStream file, long at, long left, Action<long, long> number)
    {
        try
        {
            return new ThriftCompact(Bytes(file, at, Math.Min(left, HeaderBytes))).Walk(ParquetShapes.PageHeader, number);
        }
        catch (InvalidDataException) when (left > HeaderBytes)
        {
            // Statistics may hold values as long as one likes.
            return new ThriftCompact(Bytes(file, at, Math.Min(left, LongHeaderBytes))).Walk(ParquetShapes.PageHeader, number);
        }
    }

    private static byte[] Bytes(FileStream file, long at, long count)
    {
        var bytes = new byte[count];
        file.Position = at;
        file.ReadExactly(bytes);
        return bytes;
    }
}
