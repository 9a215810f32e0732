using Distill.Learning.Native;

namespace Tests.Learning.Native;

[Collection(TorchTests.Name)]
public sealed class CudnnTests
{
    [Fact]
    public void Benchmark_is_set_and_read_back()
    {
        var before = Cudnn.Benchmark;
        try
        {
            Cudnn.Benchmark = true;
            Assert.True(Cudnn.Benchmark);
            Cudnn.Benchmark = false;
            Assert.False(Cudnn.Benchmark);
        }
        finally
        {
            Cudnn.Benchmark = before;
        }
    }

    [Fact]
    public void Temporary_setting_is_restored()
    {
        var before = Cudnn.Benchmark;
        using (Cudnn.Benchmarking(!before))
        {
            Assert.Equal(!before, Cudnn.Benchmark);
        }

        Assert.Equal(before, Cudnn.Benchmark);
    }
}
