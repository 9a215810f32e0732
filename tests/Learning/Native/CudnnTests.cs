using Distill.Learning.Native;

namespace Tests.Learning.Native;

[Collection(TorchTests.Name)]
public sealed class CudnnTests
{
    [Fact]
    public void The_choice_of_algorithms_is_set_and_read_back()
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
    public void A_choice_for_a_while_ends_with_it()
    {
        var before = Cudnn.Benchmark;
        using (Cudnn.Benchmarking(!before))
        {
            Assert.Equal(!before, Cudnn.Benchmark);
        }

        Assert.Equal(before, Cudnn.Benchmark);
    }
}
