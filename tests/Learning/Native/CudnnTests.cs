using Stages.Learning.Native;

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
}
