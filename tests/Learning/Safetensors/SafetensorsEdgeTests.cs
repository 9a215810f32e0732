using System.Buffers.Binary;
using System.Text;
using Distill.Learning.Safetensors;
using Tests.Pipeline;
using static TorchSharp.torch;

namespace Tests.Learning.Safetensors;

[Collection(TorchTests.Name)]
public sealed class SafetensorsEdgeTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Tensor_written_in_pieces_is_read_back_whole()
    {
        using var scope = NewDisposeScope();
        // A little more than one piece of the writer.
        var length = (1L << 27) + 5;
        var path = _folder["large.safetensors"];
        var large = zeros(length, ScalarType.Byte);
        large.narrow(0, length - 8, 8).copy_(arange(8, dtype: ScalarType.Byte));
        using (var stream = File.Create(path))
        {
            SafetensorsFile.Write(stream, new Dictionary<string, Tensor> { ["large"] = large });
        }

        Assert.True(SafetensorsFile.Read(path)["large"].eq(large).all().item<bool>());
    }

    [Fact]
    public void Empty_tensors_among_many_are_read_back()
    {
        using var scope = NewDisposeScope();
        var tensors = Enumerable.Range(0, 60).ToDictionary(i => $"t{i:D2}", i => zeros(i % 2 == 0 ? 0 : 2));
        using (var file = File.Create(_folder["many"]))
        {
            SafetensorsFile.Write(file, tensors);
        }

        Assert.Equal(60, SafetensorsFile.Read(_folder["many"]).Count);
    }

    [Fact]
    public void Tensor_without_a_dtype_is_refused()
    {
        var json = Encoding.UTF8.GetBytes("""{"a":{"dtyp":"F32","shape":[2],"data_offsets":[0,8]}}""");
        var length = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)json.Length);
        File.WriteAllBytes(_folder["file"], [.. length, .. json, .. new byte[8]]);
        Assert.Throws<InvalidDataException>(() => SafetensorsFile.Read(_folder["file"]));
    }
}
