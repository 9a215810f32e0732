namespace Distill.ParquetFiles;

/// <summary>
/// Reads a struct of Thrift's compact protocol (apache/thrift, doc/specs/thrift-compact-protocol.md). It trusts no length and no type.
/// </summary>
/// <param name="bytes">Data that begins with the struct.</param>
internal sealed class ThriftCompact(byte[] bytes)
{
    /// <summary>Factor of the number of an inner struct, so that its fields differ from those of the outer struct.</summary>
    public const int Inner = 100;

    /// <summary>Parquet's metadata nests less deep. Deeper nesting would overflow the stack.</summary>
    private const int MaxDepth = 32;

    private int _at;

    /// <summary>Reads the struct to its end.</summary>
    /// <param name="type">Expected types of the fields.</param>
    /// <param name="onInteger">
    /// Called with the number and value of each integer field; null if not needed. A field of an inner struct has the number
    /// <see cref="Inner"/> × struct + field.
    /// </param>
    /// <returns>Length of the struct, in bytes.</returns>
    /// <exception cref="InvalidDataException">The struct is incomplete or has a field of another type.</exception>
    public int Walk(ThriftType.Struct type, Action<long, long>? onInteger = null)
    {
        WalkStruct(type, 0, 0, onInteger);
        return _at;
    }

    private void WalkStruct(ThriftType.Struct? type, int depth, long outer, Action<long, long>? onInteger)
    {
        var field = 0L;
        for (var header = ReadByte(); header != 0; header = ReadByte())
        {
            // A field's header is a step from the last field's number and a type.
            field = header >> 4 == 0 ? ReadInteger() : field + (header >> 4);
            var found = TypeOf(header);
            var expected = type?.Field(field);
            if (expected?.Accepts(found) == false)
            {
                throw Damaged();
            }

            // The type of a boolean field is its value. In a list, each boolean is one byte.
            if (found is not (WireType.True or WireType.False))
            {
                WalkValue(expected, found, depth + 1, Inner * outer + field, onInteger);
            }
        }
    }

    private void WalkValue(ThriftType? expected, WireType type, int depth, long field, Action<long, long>? onInteger)
    {
        if (depth > MaxDepth)
        {
            throw Damaged();
        }

        switch (type)
        {
            case WireType.True or WireType.False or WireType.Int8:
                Skip(1);
                break;
            case WireType.Int16 or WireType.Int32 or WireType.Int64:
                var value = ReadInteger();
                onInteger?.Invoke(field, value);
                break;
            case WireType.Double:
                Skip(8);
                break;
            case WireType.Binary:
                Skip(ReadVarint());
                break;
            case WireType.List or WireType.Set:
                WalkList((expected as ThriftType.ListOf)?.Element, depth);
                break;
            case WireType.Struct:
                WalkStruct(expected as ThriftType.Struct, depth, field, depth == 1 ? onInteger : null);
                break;
            default:
                throw Damaged();
        }
    }

    private void WalkList(ThriftType? element, int depth)
    {
        var header = ReadByte();
        var size = header >> 4 == 15 ? ReadVarint() : (ulong)(header >> 4);
        if (size > 0 && element?.Accepts(TypeOf(header)) == false)
        {
            throw Damaged();
        }

        for (; size > 0; size--)
        {
            WalkValue(element, TypeOf(header), depth + 1, 0, null);
        }
    }

    private static WireType TypeOf(int header) => (WireType)(header & 15);

    /// <summary>Reads a signed integer, which is encoded as a varint in zigzag order: 0, −1, 1, −2, 2.</summary>
    private long ReadInteger()
    {
        var zigzag = ReadVarint();
        return (long)(zigzag >> 1) ^ -(long)(zigzag & 1);
    }

    private ulong ReadVarint()
    {
        var number = 0UL;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var next = ReadByte();
            number |= (ulong)(next & 127) << shift;
            if (next < 128)
            {
                return number;
            }
        }

        throw Damaged();
    }

    private int ReadByte() => _at < bytes.Length ? bytes[_at++] : throw Damaged();

    private void Skip(ulong count) => _at = count <= (ulong)(bytes.Length - _at) ? _at + (int)count : throw Damaged();

    private static InvalidDataException Damaged() => new("its metadata is not valid");
}
