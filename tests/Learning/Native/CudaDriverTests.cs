using Distill.Learning.Native;

namespace Tests.Learning.Native;

public sealed class CudaDriverTests
{
    [Theory]
    [InlineData(-1)]
    [InlineData(1000)]
    public void Missing_GPU_is_null(int index) => Assert.Null(CudaDriver.Gpu(index));

    [Fact]
    public void Every_counted_GPU_is_described()
    {
        Assert.InRange(CudaDriver.Count, 0, 1000);
        Assert.All(Enumerable.Range(0, CudaDriver.Count), index =>
        {
            var gpu = CudaDriver.Gpu(index)!;
            Assert.NotEmpty(gpu.Name);
            Assert.InRange(gpu.Bytes, 1L << 28, 1L << 50);
            Assert.InRange(gpu.Capability, new Version(1, 0), new Version(100, 0));
        });
    }

    [Fact]
    public void No_GPU_is_counted_without_a_driver() => Assert.True(CudaDriver.Version is not null || CudaDriver.Count == 0);
}
