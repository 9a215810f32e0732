using Polly;

namespace Distill.Pipeline.Retries;

/// <summary>
/// Retries opening a GPU while another process uses it exclusively or has filled its memory, because such processes end. Other errors, such
/// as a missing driver, do not pass by waiting.
/// </summary>
/// <param name="clock">Clock that measures the waits.</param>
/// <param name="log">Receives one line per retry.</param>
/// <param name="firstDelay">Wait before the second attempt; each further wait is about twice as long. Null for 5 seconds.</param>
public sealed class DeviceRetry(TimeProvider clock, Action<string> log, TimeSpan? firstDelay = null)
{
    /// <summary>Number of attempts after the first one. With the default delay they take about 2.5 minutes.</summary>
    public const int Retries = 5;

    // CUDA's texts for cudaErrorDevicesUnavailable and cudaErrorMemoryAllocation.
    private static readonly string[] TransientTexts = ["busy or unavailable", "out of memory"];

    private readonly ResiliencePipeline _attempts = new RetryPolicy(Retries, firstDelay ?? TimeSpan.FromSeconds(5)).Build<Exception>(
        error => TransientTexts.Any(text => error.Message.Contains(text, StringComparison.Ordinal)),
        error => $"the GPU is in use: {FirstLine(error.Message)}",
        clock,
        log);

    /// <summary>Opens the device, again and again until it succeeds or no retry is left.</summary>
    /// <param name="open">Creates something small on the device.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public void Run(Action open, CancellationToken cancellation) => _attempts.Execute(_ => open(), cancellation);

    // libtorch appends its stack.
    private static string FirstLine(string message) => message.Split('\n')[0];
}
