using System.Buffers.Binary;

namespace Stages.Imaging.Datasets.Shards;

/// <summary>
/// Walks through a Parquet file's footer once (Thrift's compact protocol: apache/thrift, doc/specs/thrift-compact-protocol.md), before a
/// library that believes every length in it, and may loop for hours over one that is damaged.
/// </summary>
internal sealed class ParquetFooter
{
    private const int Tail = 8;
    private const int MostDepth = 32;

    private readonly byte[] _footer;
    private int _at;

    private ParquetFooter(byte[] footer) => _footer = footer;

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
            throw new InvalidDataException("it does not end as Parquet does: cut short, or another format");
        }

        var footer = new byte[length];
        file.Position = file.Length - Tail - length;
        file.ReadExactly(footer);
        new ParquetFooter(footer).Struct(0);
    }

    private void Struct(int depth)
    {
        for (var header = Octet(); header != 0; header = Octet())
        {
            if (header >> 4 == 0)
            {
                Number();
            }

            // A field's type says true or false by itself; in a list, each takes an octet.
            if ((header & 15) is not (1 or 2))
            {
                Value(header & 15, depth + 1);
            }
        }
    }

    private void Value(int type, int depth)
    {
        switch (depth > MostDepth ? -1 : type)
        {
            case 1 or 2 or 3:
                Skip(1);
                break;
            case 4 or 5 or 6:
                Number();
                break;
            case 7:
                Skip(8);
                break;
            case 8:
                Skip(Number());
                break;
            case 9 or 10:
                List(depth);
                break;
            case 12:
                Struct(depth);
                break;
            default:
                throw Damaged();
        }
    }

    private void List(int depth)
    {
        var header = Octet();
        var size = header >> 4 == 15 ? Number() : (ulong)(header >> 4);
        for (; size > 0; size--)
        {
            Value(header & 15, depth + 1);
        }
    }

    private ulong Number()
    {
        var number = 0UL;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var octet = Octet();
            number |= (ulong)(octet & 127) << shift;
            if (octet < 128)
            {
                return number;
            }
        }

        throw Damaged();
    }

    private int Octet() => _at < _footer.Length ? _footer[_at++] : throw Damaged();

    private void Skip(ulong count) => _at = count <= (ulong)(_footer.Length - _at) ? _at + (int)count : throw Damaged();

    private static InvalidDataException Damaged() => new("its footer makes no sense");
}
