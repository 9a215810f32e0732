using System.Text;
using System.Text.Json.Nodes;
using Distill.Learning.Safetensors;
using Tests.Golden;
using Tests.Pipeline;
using static TorchSharp.torch;

namespace Tests.Learning.Safetensors;

[Collection(TorchTests.Name)]
public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void File_of_an_independent_writer_is_read()
    {
        using var scope = NewDisposeScope();
        var tensors = SafetensorsFile.Read(GoldenFile.PathOf("types.safetensors"), out var metadata);

        Assert.Equal(12, tensors.Count);
        Assert.Equal(["format=pt", "stage=test"], metadata.Select(m => $"{m.Key}={m.Value}").Order());

        Close.Exactly(tensor(new[] { 1.5, -2.25, 3e100, 0.1 }, [2, 2]), tensors["double"]);
        Close.Exactly(tensor(new[] { 1L << 62, -3 }), tensors["long"]);
        Close.Exactly(tensor(new[] { 0.1f, -1e-30f, 7 }), tensors["float"]);
        Close.Exactly(tensor(2.5f), tensors["b.scalar"]);
        Close.Exactly(tensor(new[] { -7, int.MaxValue }, [2, 1, 1]), tensors["int"]);
        Close.Exactly(tensor(new[] { 0.5f, 65504 }).to(ScalarType.Float16), tensors["half"]);
        Close.Exactly(tensor(new[] { 1, -3e38f }).to(ScalarType.BFloat16), tensors["bfloat"]);
        Close.Exactly(tensor(new short[] { -32768, 5 }), tensors["short"]);
        Close.Exactly(tensor(new sbyte[] { -128, 127, 1 }), tensors["signed"]);
        Close.Exactly(tensor(new byte[] { 255, 0, 3 }), tensors["unsigned"]);
        Close.Exactly(tensor(new[] { true, false, true, true, false }), tensors["flags"]);
        Assert.Equal([0, 3], tensors["empty"].shape);
    }

    [Fact]
    public void Bytes_equal_those_of_an_independent_writer()
    {
        using var scope = NewDisposeScope();
        var golden = GoldenFile.PathOf("types.safetensors");
        var tensors = SafetensorsFile.Read(golden, out var metadata);
        // In another order than that of the file.
        var shuffled = tensors.OrderByDescending(t => t.Key, StringComparer.Ordinal);
        Assert.Equal(File.ReadAllBytes(golden), Bytes(shuffled, metadata.Reverse().ToDictionary()));
    }

    [Fact]
    public void Views_are_written_by_their_values()
    {
        using var scope = NewDisposeScope();
        var view = arange(12).view(3, 4).t().narrow(0, 1, 2);
        var path = Write(Bytes([new("view", view)]));
        Close.Exactly(view.contiguous(), SafetensorsFile.Read(path)["view"]);
    }

    [Fact]
    public void Header_is_padded_with_spaces_to_8_bytes()
    {
        using var scope = NewDisposeScope();
        for (var length = 1; length <= 9; length++)
        {
            var bytes = Bytes([new(new string('n', length), zeros(1))]);
            var header = (int)BitConverter.ToUInt64(bytes);
            Assert.Equal(0, header % 8);
            Assert.Equal(8 + header + 4, bytes.Length);
            var json = Encoding.UTF8.GetString(bytes, 8, header);
            Assert.NotNull(JsonNode.Parse(json));
            Assert.InRange(json.Length - json.TrimEnd(' ').Length, 0, 7);
        }
    }

    [Fact]
    public void Unsupported_type_is_refused_before_anything_is_written()
    {
        using var scope = NewDisposeScope();
        using var stream = new MemoryStream();
        Assert.Throws<NotSupportedException>(() => SafetensorsFile.Write(stream, [new("c", zeros(1, dtype: ScalarType.ComplexFloat32))]));
        Assert.Equal(0, stream.Length);
    }

    private static byte[] Bytes(IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        using var stream = new MemoryStream();
        SafetensorsFile.Write(stream, tensors, metadata);
        return stream.ToArray();
    }

    private string Write(byte[] bytes)
    {
        File.WriteAllBytes(_folder["file"], bytes);
        return _folder["file"];
    }
}
