using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Google.Protobuf;

namespace Distill.Pipeline.Storage;

/// <summary>
/// Reads a Protobuf message field by field, for formats of which only a few fields are needed. Every length is checked against the bytes
/// that are there.
/// </summary>
/// <param name="message">The bytes of the message.</param>
public ref struct ProtobufReader(ReadOnlySpan<byte> message)
{
    private readonly ReadOnlySpan<byte> _message = message;
    private int _at;

    /// <summary>Number of the current field.</summary>
    public int Field { get; private set; }

    /// <summary>How the current field is written. A repeated field may be written one by one or packed, in several chunks.</summary>
    public WireFormat.WireType Wire { get; private set; }

    /// <summary>Value of a varint field, or the bits of a fixed one; 0 otherwise.</summary>
    public long Number { get; private set; }

    /// <summary>Bytes of a length-delimited field: text, bytes, a message or packed numbers; empty otherwise.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>Text of a length-delimited field.</summary>
    public readonly string Text => Encoding.UTF8.GetString(Bytes);

    /// <summary>Value of a float field.</summary>
    public readonly float Real32 => BitConverter.Int32BitsToSingle((int)Number);

    /// <summary>Position of <see cref="Bytes"/> in the message.</summary>
    public readonly int Start => _at - Bytes.Length;

    /// <summary>Moves to the next field; returns false at the end of the message.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a Protobuf message.</exception>
    public bool Next()
    {
        if (_at == _message.Length)
        {
            return false;
        }

        var tag = Varint();
        (Field, Number, Wire) = ((int)(tag >> 3), 0, (WireFormat.WireType)(tag & 7));
        Bytes = default;
        switch (Wire)
        {
            case WireFormat.WireType.Varint:
                Number = Varint();
                break;
            case WireFormat.WireType.Fixed64:
                Number = BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)));
                break;
            case WireFormat.WireType.LengthDelimited:
                Bytes = Take(Varint());
                break;
            case WireFormat.WireType.Fixed32:
                Number = BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)));
                break;
            default:
                throw Damaged();
        }

        return true;
    }

    /// <summary>Appends the integers of a repeated field: one, or any number packed into its bytes.</summary>
    /// <exception cref="InvalidDataException">The packed numbers are incomplete, or the field has no integers.</exception>
    public readonly void AddIntegers(List<long> values)
    {
        if (Wire != WireFormat.WireType.LengthDelimited)
        {
            values.Add(Wire == WireFormat.WireType.Varint ? Number : throw Damaged());
            return;
        }

        var packed = new ProtobufReader(Bytes);
        while (packed._at < packed._message.Length)
        {
            values.Add(packed.Varint());
        }
    }

    /// <summary>Appends the floats of a repeated field: one, or any number packed into its bytes.</summary>
    /// <inheritdoc cref="AddIntegers"/>
    public readonly void AddFloats(List<float> values)
    {
        if (Wire == WireFormat.WireType.LengthDelimited && Bytes.Length % sizeof(float) == 0)
        {
            values.AddRange(MemoryMarshal.Cast<byte, float>(Bytes));
        }
        else
        {
            values.Add(Wire == WireFormat.WireType.Fixed32 ? Real32 : throw Damaged());
        }
    }

    private long Varint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var part = Take(1)[0];
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80)
            {
                return (long)value;
            }
        }

        throw Damaged();
    }

    private ReadOnlySpan<byte> Take(long count)
    {
        if (count < 0 || count > _message.Length - _at)
        {
            throw Damaged();
        }

        _at += (int)count;
        return _message.Slice(_at - (int)count, (int)count);
    }

    private readonly InvalidDataException Damaged() => new($"found a damaged Protobuf message at byte {_at}");
}
