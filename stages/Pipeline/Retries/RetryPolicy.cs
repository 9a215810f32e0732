using Polly;
using Polly.Retry;

namespace Distill.Pipeline.Retries;

/// <summary>When and how often to retry: exponential backoff with jitter.</summary>
/// <param name="Retries">Number of attempts after the first one.</param>
/// <param name="FirstDelay">Wait before the second attempt; each further wait is about twice as long.</param>
/// <param name="LongestDelay">Upper limit of a wait; null for none.</param>
public sealed record RetryPolicy(int Retries, TimeSpan FirstDelay, TimeSpan? LongestDelay = null)
{
    /// <summary>Creates a Polly pipeline that retries one type of exception and logs a line before each wait.</summary>
    /// <param name="isTransient">Whether waiting can help against the exception.</param>
    /// <param name="describe">Describes the exception; the log adds "; retrying in 2.1 s".</param>
    /// <param name="clock">Clock that measures the waits.</param>
    /// <param name="log">Receives the lines.</param>
    /// <typeparam name="TException">Exception to retry. All others pass through.</typeparam>
    public ResiliencePipeline Build<TException>(
        Func<TException, bool> isTransient, Func<TException, string> describe, TimeProvider clock, Action<string> log)
        where TException : Exception
    {
        var options = new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle(isTransient),
            MaxRetryAttempts = Retries,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = FirstDelay,
            MaxDelay = LongestDelay,
            OnRetry = retry =>
            {
                var reason = describe((TException)retry.Outcome.Exception!);
                log(FormattableString.Invariant($"{reason}; retrying in {retry.RetryDelay.TotalSeconds:0.#} s"));
                return default;
            },
        };
        return new ResiliencePipelineBuilder { TimeProvider = clock }.AddRetry(options).Build();
    }
}
