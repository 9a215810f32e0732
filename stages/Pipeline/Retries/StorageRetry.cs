using Polly;
using Polly.Retry;

namespace Distill.Pipeline.Retries;

/// <summary>
/// Tries a save again where a file system may come to its senses: one over a network that was away for a moment, one that is busy. Not where
/// trying again would only hide what is wrong, such as a full disk.
/// </summary>
/// <param name="clock">Measures waits.</param>
/// <param name="log">Takes a line for each further attempt.</param>
/// <param name="firstDelay">Before the second attempt; each further wait is about twice as long. Null for a second.</param>
internal sealed class StorageRetry(TimeProvider clock, Action<string> log, TimeSpan? firstDelay = null)
{
    /// <summary>After the first attempt.</summary>
    public const int Retries = 3;

    // Of Linux: EINTR, EIO, EAGAIN, EBUSY, ENOLINK, ECONNRESET, ETIMEDOUT, EHOSTDOWN, ESTALE, EREMOTEIO.
    private static readonly HashSet<int> Passing = [4, 5, 11, 16, 67, 104, 110, 112, 116, 121];

    private readonly ResiliencePipeline _attempts = new ResiliencePipelineBuilder { TimeProvider = clock }
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<IOException>(error => Passing.Contains(error.HResult)),
            MaxRetryAttempts = Retries,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = firstDelay ?? TimeSpan.FromSeconds(1),
            OnRetry = retry =>
            {
                log($"saving failed: {retry.Outcome.Exception?.Message}; retrying in {retry.RetryDelay.TotalSeconds:0.#} s");
                return default;
            },
        })
        .Build();

    /// <summary>Runs a save, which leaves nothing half done where it throws, until it succeeds or no attempt is left.</summary>
    /// <exception cref="IOException">What the last attempt met.</exception>
    public void Run(Action save) => _attempts.Execute(save);
}
