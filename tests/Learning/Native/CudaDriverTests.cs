using Distill.Learning.Native;

namespace Tests.Learning.Native;

public sealed class CudaDriverTests
{
    [Theory]
    [InlineData(-1)]
    [InlineData(1000)]
    public void A_GPU_that_does_not_exist_is_null_with_and_without_a_driver(int index) => Assert.Null(CudaDriver.Gpu(index));

    [Fact]
    public void Every_GPU_that_is_counted_is_described()
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
    public void Without_a_driver_no_GPU_is_counted() => Assert.True(CudaDriver.Version is not null || CudaDriver.Count == 0);
}
