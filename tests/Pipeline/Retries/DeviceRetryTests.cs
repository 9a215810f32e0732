using Distill.Pipeline.Retries;

namespace Tests.Pipeline.Retries;

public class DeviceRetryTests
{
    private readonly List<string> _log = [];

    [Theory]
    [InlineData("CUDA error: all CUDA-capable devices are busy or unavailable\nCUDA kernel errors might be …")]
    [InlineData("CUDA error: out of memory\nCUDA kernel errors might be …")]
    public void A_GPU_that_is_taken_for_a_moment_is_waited_for(string message)
    {
        var left = 2;
        Retry().Run(() => Throw(--left >= 0 ? message : null), default);

        Assert.Equal(2, _log.Count);
        Assert.All(_log, line => Assert.StartsWith($"the GPU is in use: {message.Split('\n')[0]}; retrying in ", line));
    }

    [Fact]
    public void One_that_stays_taken_is_the_callers()
    {
        var met = 0;
        Assert.Throws<InvalidOperationException>(() => Retry().Run(
            () =>
            {
                met++;
                Throw("all CUDA-capable devices are busy or unavailable");
            },
            default));
        Assert.Equal(1 + DeviceRetry.Retries, met);
    }

    [Fact]
    public void What_waiting_does_not_mend_is_not_waited_for()
    {
        Assert.Throws<InvalidOperationException>(() => Retry().Run(() => Throw("CUDA driver version is insufficient for CUDA runtime version"), default));
        Assert.Empty(_log);
    }

    private static void Throw(string? message)
    {
        if (message is not null)
        {
            throw new InvalidOperationException(message);
        }
    }

    private DeviceRetry Retry() => new(TimeProvider.System, _log.Add, TimeSpan.FromMilliseconds(1));
}
