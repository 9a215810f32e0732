using System.Runtime.InteropServices;
using Distill.Pipeline.Storage;
using Google.Protobuf;

namespace Tests.Pipeline.Storage;

/// <summary>Fields as Google's writer writes them, repeated ones in each of the forms that the format allows.</summary>
public sealed class ProtobufReaderTests
{
    private const int Field = 3;

    [Fact]
    public void Fields_of_every_wire_type_are_read()
    {
        var reader = new ProtobufReader(ProtobufMessage.Of(message =>
        {
            message.Number(1, -5);
            message.Real64(2, 0.5);
            message.Text(Field, "text");
            message.Real32(4, 1.5f);
        }));

        Assert.True(reader.Next());
        Assert.Equal((1, WireFormat.WireType.Varint, -5L), (reader.Field, reader.Wire, reader.Number));
        Assert.True(reader.Next());
        Assert.Equal((2, WireFormat.WireType.Fixed64), (reader.Field, reader.Wire));
        Assert.Equal(0.5, BitConverter.Int64BitsToDouble(reader.Number));
        Assert.True(reader.Next());
        Assert.Equal((Field, WireFormat.WireType.LengthDelimited, "text"), (reader.Field, reader.Wire, reader.Text));
        Assert.True(reader.Next());
        Assert.Equal((4, WireFormat.WireType.Fixed32, 1.5f), (reader.Field, reader.Wire, reader.Real32));
        Assert.False(reader.Next());
    }

    [Fact]
    public void Integers_are_appended_one_by_one_and_in_packed_chunks() =>
        Assert.Equal([7, 1, 300, 0, -2], Integers(message =>
        {
            message.Number(Field, 7);
            message.Nested(Field, [1, 0xac, 0x02]);
            message.Nested(Field, []);
            message.Number(Field, 0);
            message.Number(Field, -2);
        }));

    [Fact]
    public void Empty_packed_field_has_no_numbers()
    {
        Assert.Empty(Integers(message => message.Nested(Field, [])));
        Assert.Empty(Floats(message => message.Nested(Field, [])));
    }

    [Fact]
    public void Floats_are_appended_one_by_one_and_in_packed_chunks() =>
        Assert.Equal([1.5f, -2, 0, 4, 0.25f], Floats(message =>
        {
            message.Real32(Field, 1.5f);
            message.Nested(Field, Bytes(-2, 0));
            message.Nested(Field, Bytes(4));
            message.Real32(Field, 0.25f);
        }));

    [Fact]
    public void Numbers_of_another_form_are_refused()
    {
        Assert.Throws<InvalidDataException>(() => Integers(message => message.Real32(Field, 1)));
        Assert.Throws<InvalidDataException>(() => Integers(message => message.Nested(Field, [0x80])));
        Assert.Throws<InvalidDataException>(() => Floats(message => message.Number(Field, 1)));
        Assert.Throws<InvalidDataException>(() => Floats(message => message.Nested(Field, [1, 2, 3])));
    }

    [Theory]
    [InlineData(new byte[] { 0x08 })]
    [InlineData(new byte[] { 0x08, 0x80 })]
    [InlineData(new byte[] { 0x0a, 0x05, 0x01 })]
    [InlineData(new byte[] { 0x0d, 0x01 })]
    [InlineData(new byte[] { 0x0b, 0x0c })]
    public void Incomplete_and_unknown_fields_are_refused(byte[] message) =>
        Assert.Throws<InvalidDataException>(() =>
        {
            var reader = new ProtobufReader(message);
            reader.Next();
        });

    private static byte[] Bytes(params float[] values) => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();

    private static List<long> Integers(Action<CodedOutputStream> write)
    {
        var values = new List<long>();
        var reader = new ProtobufReader(ProtobufMessage.Of(write));
        while (reader.Next())
        {
            reader.AddIntegers(values);
        }

        return values;
    }

    private static List<float> Floats(Action<CodedOutputStream> write)
    {
        var values = new List<float>();
        var reader = new ProtobufReader(ProtobufMessage.Of(write));
        while (reader.Next())
        {
            reader.AddFloats(values);
        }

        return values;
    }
}
