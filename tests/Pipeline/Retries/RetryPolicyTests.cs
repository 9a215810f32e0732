using Distill.Pipeline.Retries;

namespace Tests.Pipeline.Retries;

public class RetryPolicyTests
{
    private readonly List<string> _log = [];

    [Fact]
    public void Each_retry_is_logged_with_its_delay()
    {
        var failures = 2;

        Run(new RetryPolicy(Retries: 3, FirstDelay: TimeSpan.Zero), () => --failures >= 0 ? new IOException("busy") : null);

        Assert.Equal(["failed: busy; retrying in 0 s", "failed: busy; retrying in 0 s"], _log);
    }

    [Fact]
    public void The_longest_delay_limits_every_wait()
    {
        var failures = 3;
        var policy = new RetryPolicy(Retries: 3, FirstDelay: TimeSpan.FromHours(1), LongestDelay: TimeSpan.FromMilliseconds(1));

        Run(policy, () => --failures >= 0 ? new IOException("busy") : null);

        Assert.Equal(3, _log.Count);
    }

    [Fact]
    public void Other_exceptions_pass_through()
    {
        var policy = new RetryPolicy(Retries: 3, FirstDelay: TimeSpan.Zero);

        Assert.Throws<IOException>(() => Run(policy, () => new IOException("full")));
        Assert.Throws<InvalidOperationException>(() => Run(policy, () => new InvalidOperationException("busy")));
        Assert.Empty(_log);
    }

    private void Run(RetryPolicy policy, Func<Exception?> failure) => policy
        .Build<IOException>(error => error.Message == "busy", error => $"failed: {error.Message}", TimeProvider.System, _log.Add)
        .Execute(() =>
        {
            if (failure() is { } error)
            {
                throw error;
            }
        });
}
