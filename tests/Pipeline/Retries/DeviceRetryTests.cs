using Distill.Pipeline.Retries;

namespace Tests.Pipeline.Retries;

public class DeviceRetryTests
{
    private readonly List<string> _log = [];

    [Theory]
    [InlineData("CUDA error: all CUDA-capable devices are busy or unavailable\nCUDA kernel errors might be …")]
    [InlineData("CUDA error: out of memory\nCUDA kernel errors might be …")]
    public void A_busy_GPU_is_retried(string message)
    {
        var left = 2;

        Retry().Run(() => Throw(--left >= 0 ? message : null), default);

        Assert.Equal(2, _log.Count);
        Assert.All(_log, line => Assert.StartsWith($"the GPU is in use: {message.Split('\n')[0]}; retrying in ", line));
    }

    [Fact]
    public void The_last_error_reaches_the_caller()
    {
        var attempts = 0;

        Assert.Throws<InvalidOperationException>(() => Retry().Run(
            () =>
            {
                attempts++;
                Throw("all CUDA-capable devices are busy or unavailable");
            },
            default));

        Assert.Equal(1 + DeviceRetry.Retries, attempts);
    }

    [Fact]
    public void A_lasting_error_is_not_retried()
    {
        const string missingDriver = "CUDA driver version is insufficient for CUDA runtime version";

        Assert.Throws<InvalidOperationException>(() => Retry().Run(() => Throw(missingDriver), default));
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
