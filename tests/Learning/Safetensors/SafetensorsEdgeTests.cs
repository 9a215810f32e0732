using System.Buffers.Binary;
using System.Text;
using Stages.Learning.Safetensors;
using Tests.Pipeline;
using static TorchSharp.torch;

namespace Tests.Learning.Safetensors;

[Collection(TorchTests.Name)]
public sealed class SafetensorsEdgeTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

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
    public void A_tensor_without_a_dtype_is_refused()
    {
        var json = Encoding.UTF8.GetBytes("""{"a":{"dtyp":"F32","shape":[2],"data_offsets":[0,8]}}""");
        var length = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)json.Length);
        File.WriteAllBytes(_folder["file"], [.. length, .. json, .. new byte[8]]);
        Assert.Throws<InvalidDataException>(() => SafetensorsFile.Read(_folder["file"]));
    }
}
