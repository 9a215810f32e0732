namespace Distill.ParquetFiles;

/// <summary>
/// Walks through a struct of Thrift's compact protocol (apache/thrift, doc/specs/thrift-compact-protocol.md) and believes no length and no type in it.
/// </summary>
/// <param name="bytes">The struct is at their beginning.</param>
internal sealed class ThriftCompact(byte[] bytes)
{
    private const int MostDepth = 32;

    /// <summary>What a struct's number in the outer one is multiplied by, to tell its fields from the outer one's.</summary>
    public const int Inner = 100;

    private int _at;

    /// <summary>Walks the struct.</summary>
    /// <param name="shape">What its fields ought to be.</param>
    /// <param name="number">
    /// Called with each whole number: the field's number, or <see cref="Inner"/> times that of a struct in it plus the number there. Null where it does not matter.
    /// </param>
    /// <returns>Bytes that the struct takes.</returns>
    /// <exception cref="InvalidDataException">It is no whole struct of that shape.</exception>
    public int Walk(ThriftShape.Struct shape, Action<long, long>? number = null)
    {
        Struct(shape, 0, 0, number);
        return _at;
    }

    private void Struct(ThriftShape.Struct? shape, int depth, long outer, Action<long, long>? number)
    {
        var field = 0L;
        for (var header = Octet(); header != 0; header = Octet())
        {
            field = header >> 4 == 0 ? Signed(Number()) : field + (header >> 4);
            var expected = shape?.Field(field);
            if (expected?.Fits(header & 15) == false)
            {
                throw Damaged();
            }

            // A field's type says true or false by itself; in a list, each takes an octet.
            if ((header & 15) is not (1 or 2))
            {
                Value(expected, header & 15, depth + 1, Inner * outer + field, number);
            }
        }
    }

    private void Value(ThriftShape? shape, int type, int depth, long field, Action<long, long>? number)
    {
        switch (depth > MostDepth ? -1 : type)
        {
            case 1 or 2 or 3:
                Skip(1);
                break;
            case 4 or 5 or 6:
                var value = Signed(Number());
                number?.Invoke(field, value);
                break;
            case 7:
                Skip(8);
                break;
            case 8:
                Skip(Number());
                break;
            case 9 or 10:
                List((shape as ThriftShape.Several)?.Element, depth);
                break;
            case 12:
                Struct(shape as ThriftShape.Struct, depth, field, depth == 1 ? number : null);
                break;
            default:
                throw Damaged();
        }
    }

    private void List(ThriftShape? element, int depth)
    {
        var header = Octet();
        var size = header >> 4 == 15 ? Number() : (ulong)(header >> 4);
        if (size > 0 && element?.Fits(header & 15) == false)
        {
            throw Damaged();
        }

        for (; size > 0; size--)
        {
            Value(element, header & 15, depth + 1, 0, null);
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

    private static long Signed(ulong zigzag) => (long)(zigzag >> 1) ^ -(long)(zigzag & 1);

    private int Octet() => _at < bytes.Length ? bytes[_at++] : throw Damaged();

    private void Skip(ulong count) => _at = count <= (ulong)(bytes.Length - _at) ? _at + (int)count : throw Damaged();

    private static InvalidDataException Damaged() => new("its metadata is not valid");
}
