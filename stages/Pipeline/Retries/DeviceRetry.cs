using Polly;
using Polly.Retry;

namespace Distill.Pipeline.Retries;

/// <summary>
/// Tries again to open a GPU that another process has to itself, or has filled to the last byte: such processes end. Anything else, such as a
/// driver that is missing, does not pass by waiting.
/// </summary>
/// <param name="clock">Measures waits.</param>
/// <param name="log">Takes a line for each further attempt.</param>
/// <param name="firstDelay">Before the second attempt; each further wait is about twice as long. Null for five seconds.</param>
public sealed class DeviceRetry(TimeProvider clock, Action<string> log, TimeSpan? firstDelay = null)
{
    /// <summary>After the first attempt; two and a half minutes, about, in all.</summary>
    public const int Retries = 5;

    // As CUDA words cudaErrorDevicesUnavailable and cudaErrorMemoryAllocation.
    private static readonly string[] Passing = ["busy or unavailable", "out of memory"];

    private readonly ResiliencePipeline _attempts = new ResiliencePipelineBuilder { TimeProvider = clock }
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<Exception>(error => Passing.Any(words => error.Message.Contains(words, StringComparison.Ordinal))),
            MaxRetryAttempts = Retries,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = firstDelay ?? TimeSpan.FromSeconds(5),
            OnRetry = retry =>
            {
                log($"the GPU is in use: {FirstLine(retry.Outcome.Exception!.Message)}; retrying in {retry.RetryDelay.TotalSeconds:0.#} s");
                return default;
            },
        })
        .Build();

    /// <param name="open">Makes something small on the device.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public void Run(Action open, CancellationToken cancellation) => _attempts.Execute(_ => open(), cancellation);

    // libtorch adds the stack.
    private static string FirstLine(string message) => message.Split('\n')[0];
}
