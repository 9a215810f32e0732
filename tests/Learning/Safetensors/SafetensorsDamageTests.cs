using System.Buffers.Binary;
using System.Text;
using Distill.Learning.Safetensors;
using Tests.Pipeline;
using static TorchSharp.torch;

namespace Tests.Learning.Safetensors;

/// <summary>Damaged files are refused, with a message that names the file.</summary>
[Collection(TorchTests.Name)]
public sealed class SafetensorsDamageTests : IDisposable
{
    private const string A = """ "a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]} """;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Undamaged_file_is_read()
    {
        using var scope = NewDisposeScope();
        Assert.Equal([2], SafetensorsFile.Read(Write(Content("{" + A + "}", 8)))["a"].shape);
    }

    [Fact]
    public void Metadata_that_is_null_is_none()
    {
        using var scope = NewDisposeScope();
        SafetensorsFile.Read(Write(Content("{\"__metadata__\":null," + A + "}", 8)), out var metadata);
        Assert.Empty(metadata);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(30)]
    [InlineData(60)]
    public void Truncated_file_is_refused(int length) => Refused(Content("{" + A + "}", 8)[..length], "");

    [Fact]
    public void Truncated_tensor_is_refused() =>
        Refused(Content("{" + A + "}", 7), "its tensors take 8 bytes, but the file has 7 bytes of data");

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(100_000_001)]
    [InlineData(1UL << 63)]
    [InlineData(71)]
    public void Header_longer_than_the_file_is_refused_before_allocation(ulong length)
    {
        var file = Content("{" + A + "}", 8);
        BinaryPrimitives.WriteUInt64LittleEndian(file, length);
        Refused(file, $"its header claims {length} bytes");
    }

    [Fact]
    public void Bytes_after_the_tensors_are_refused() =>
        Refused(Content("{" + A + "}", 9), "its tensors take 8 bytes, but the file has 9 bytes of data");

    [Theory]
    [InlineData("{" + A + ""","b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "b is at the wrong place")]
    [InlineData("{" + A + ""","b":{"dtype":"F32","shape":[1],"data_offsets":[12,16]}}""", 16, "b is at the wrong place")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "a is at the wrong place")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "a is at the wrong place")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}""", 8, "a is at the wrong place")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "a is at the wrong place")]
    public void Tensors_with_overlaps_or_gaps_are_refused(string header, int data, string problem) =>
        Refused(Content(header, data), problem);

    [Theory]
    [InlineData("F8_E4M3", 1)]
    [InlineData("F8_E5M2", 1)]
    [InlineData("F8_E8M0", 1)]
    [InlineData("F4", 1)]
    [InlineData("F6_E2M3", 1)]
    [InlineData("U16", 2)]
    [InlineData("U32", 4)]
    [InlineData("U64", 8)]
    [InlineData("C64", 8)]
    [InlineData("F128", 16)]
    public void Another_type_is_not_damage_and_is_named_with_its_key(string type, int bytes)
    {
        using var scope = NewDisposeScope();
        var path = Write(Content($$"""{ "a.weight": { "dtype": "{{type}}", "shape": [1], "data_offsets": [0, {{bytes}}] } }""", bytes));
        Assert.Equal(
            $"{path}: found tensor 'a.weight' of type {type}, expected F32, F16, BF16 or F64, or I64, I32, I16, I8, U8 for a counter; "
                + "convert it to one of these",
            Assert.Throws<InvalidDataException>(() => SafetensorsFile.Read(path)).Message);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", "a has an impossible shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1,-2],"data_offsets":[0,8]}}""", "a has an impossible shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}}""", "a is larger than any file")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""", "")]
    [InlineData("""{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}}""", "")]
    [InlineData("""{"a":{"dtype":"F32","shape":"2","data_offsets":[0,8]}}""", "")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}""", "impossible shape or offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2]}}""", "must have dtype, shape and data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1}}""", "must have dtype, shape and data_offsets")]
    [InlineData("""{"a":7}""", "")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}""", "")]
    [InlineData("""[]""", "does not start with '{'")]
    [InlineData(
        """{"__metadata__":{"x":1},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""",
        "__metadata__ has a value that is not a string at \"x\"")]
    [InlineData("""{"__metadata__":[],"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "__metadata__ is not an object")]
    public void Malformed_header_is_refused(string header, string problem) => Refused(Content(header, 8), problem);

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""")]
    [InlineData("""{"a":{"dtype":"F32","dtype":"I32","shape":[2],"data_offsets":[0,8]}}""")]
    [InlineData("""{"__metadata__":{"x":"1","x":"2"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""")]
    public void Duplicate_key_is_refused(string header) => Refused(Content(header, 8), "");

    private void Refused(byte[] file, string problem)
    {
        var path = Write(file);
        var message = Assert.Throws<InvalidDataException>(() => SafetensorsFile.Read(path)).Message;
        Assert.StartsWith($"{path}: not a valid safetensors file: ", message, StringComparison.Ordinal);
        Assert.Contains(problem, message, StringComparison.Ordinal);
    }

    private static byte[] Content(string header, int data)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var length = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)json.Length);
        return [.. length, .. json, .. new byte[data]];
    }

    private string Write(byte[] bytes)
    {
        File.WriteAllBytes(_folder["file"], bytes);
        return _folder["file"];
    }
}
