using System.Buffers.Binary;

namespace Distill.ParquetFiles;

/// <summary>
/// Checks the footer of Parquet files before the library reads it. The library trusts every length, and may loop for hours over a damaged
/// footer.
/// </summary>
public static class ParquetFooter
{
    /// <summary>The length of the footer, and "PAR1". A file also begins with "PAR1".</summary>
    private const int TailLength = 8;

    /// <summary>Checks that the file ends with a valid footer.</summary>
    /// <exception cref="InvalidDataException">The footer is damaged or incomplete.</exception>
    /// <exception cref="EndOfStreamException">The file is shorter than any Parquet file.</exception>
    public static void Check(string path)
    {
        using var file = File.OpenRead(path);
        var tail = new byte[TailLength];
        if (file.Length < 4 + TailLength)
        {
            throw new EndOfStreamException();
        }

        file.Position = file.Length - TailLength;
        file.ReadExactly(tail);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(tail);
        if (!tail.AsSpan(4).SequenceEqual("PAR1"u8) || length > file.Length - 4 - TailLength || length > Array.MaxLength)
        {
            throw new InvalidDataException("it does not end like a Parquet file: it is cut short, or of another format");
        }

        var footer = new byte[length];
        file.Position = file.Length - TailLength - length;
        file.ReadExactly(footer);
        new ThriftCompact(footer).Walk(ParquetStructs.Footer);
    }
}
