using Distill.Learning.Arithmetic;
using TorchSharp;
using static TorchSharp.torch;

namespace Tests.Learning.Arithmetic;

[Collection(TorchTests.Name)]
public sealed class PinnedMemoryTests
{
    [Theory]
    [InlineData(DeviceType.CPU)]
    [InlineData(DeviceType.CUDA)]
    public void Memory_for_any_device_can_be_written_on_the_CPU(DeviceType device)
    {
        using var memory = PinnedMemory.Empty([2, 3], ScalarType.Byte, new Device(device));
        Assert.Equal(DeviceType.CPU, memory.device_type);
        Assert.Equal([2, 3], memory.shape);
        new byte[] { 1, 2, 3, 4, 5, 6 }.CopyTo(memory.bytes);
        Assert.Equal(21, memory.sum().ToInt64());
    }

    [Fact]
    public void Memory_outlives_its_scope_and_leaves_no_other_tensor()
    {
        var before = Tensor.TotalCount;
        Tensor memory;
        using (NewDisposeScope())
        {
            memory = PinnedMemory.Empty([4], ScalarType.Byte, new Device(DeviceType.CUDA));
        }

        Assert.False(memory.IsInvalid);
        Assert.Equal(before + 1, Tensor.TotalCount);
        memory.Dispose();
    }
}
