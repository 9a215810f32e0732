using System.Buffers.Binary;

namespace Distill.ParquetFiles;

/// <summary>
/// Walks through a Parquet file's footer once, before a library that believes every length in it, and may loop for hours over one that is damaged.
/// </summary>
public static class ParquetFooter
{
    private const int Tail = 8;

    /// <exception cref="InvalidDataException">The file does not end in a whole footer.</exception>
    public static void Check(string path)
    {
        using var file = File.OpenRead(path);
        var tail = new byte[Tail];
        if (file.Length < 4 + Tail)
        {
            throw new EndOfStreamException();
        }

        file.Position = file.Length - Tail;
        file.ReadExactly(tail);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(tail);
        if (!tail.AsSpan(4).SequenceEqual("PAR1"u8) || length > file.Length - 4 - Tail || length > Array.MaxLength)
        {
            throw new InvalidDataException("it does not end like a Parquet file: it is cut short, or of another format");
        }

        var footer = new byte[length];
        file.Position = file.Length - Tail - length;
        file.ReadExactly(footer);
        new ThriftCompact(footer).Walk(ParquetShapes.Footer);
    }
}
