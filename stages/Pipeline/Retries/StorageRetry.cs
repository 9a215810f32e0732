using Polly;

namespace Distill.Pipeline.Retries;

/// <summary>
/// Retries a save after errors that can pass, such as a network file system that was away for a moment. Lasting errors, such as a full
/// disk, are not retried.
/// </summary>
/// <param name="clock">Clock that measures the waits.</param>
/// <param name="log">Receives one line per retry.</param>
/// <param name="firstDelay">Wait before the second attempt; each further wait is about twice as long. Null for 1 second.</param>
internal sealed class StorageRetry(TimeProvider clock, Action<string> log, TimeSpan? firstDelay = null)
{
    /// <summary>Number of attempts after the first one.</summary>
    public const int Retries = 3;

    // Linux: EINTR, EIO, EAGAIN, EBUSY, ENOLINK, ECONNRESET, ETIMEDOUT, EHOSTDOWN, ESTALE, EREMOTEIO.
    private static readonly HashSet<int> TransientErrors = [4, 5, 11, 16, 67, 104, 110, 112, 116, 121];

    private readonly ResiliencePipeline _attempts = new RetryPolicy(Retries, firstDelay ?? TimeSpan.FromSeconds(1)).Build<IOException>(
        error => TransientErrors.Contains(error.HResult), error => $"saving failed: {error.Message}", clock, log);

    /// <summary>Runs a save until it succeeds or no retry is left. A save that throws must leave nothing half done.</summary>
    /// <exception cref="IOException">The last attempt failed.</exception>
    public void Run(Action save) => _attempts.Execute(save);
}
