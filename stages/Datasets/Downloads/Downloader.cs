using Distill.Pipeline.Options;
using Polly;
using Polly.Retry;

namespace Distill.Datasets.Downloads;

/// <summary>
/// Downloads a file whose hash is known: asks a mirror again, with growing waits, resumes where it broke off, and
/// goes on to the next mirror. A file under its final name is always whole and right.
/// </summary>
/// <param name="handler">Answers the requests; null for the network.</param>
/// <param name="clock">Measures waits and silence.</param>
/// <param name="log">Takes a line for each attempt and each refusal.</param>
/// <param name="options">How patient to be; null for the defaults.</param>
internal sealed class Downloader(
    HttpMessageHandler? handler, TimeProvider clock, Action<string> log, DownloadOptions? options = null)
{
    private readonly DownloadOptions _options = options ?? new DownloadOptions();

    /// <summary>Brings the file to <paramref name="path"/>, or leaves it there if it is already right.</summary>
    /// <param name="mirrors">Addresses of the same file, in the order in which they are tried.</param>
    /// <param name="path">Where the file belongs; its folder exists.</param>
    /// <param name="sha256">64 hexadecimal digits.</param>
    /// <param name="length">In bytes, where it is known.</param>
    /// <param name="cancellation">Stops at once; what was received stays in "PATH.partial" and is used by the next call.</param>
    /// <exception cref="UserException">No mirror gave the file (the message says what each did), or the disk refused.</exception>
    public async Task DownloadAsync(
        IReadOnlyList<Uri> mirrors, string path, string sha256, long? length, CancellationToken cancellation)
    {
        var target = new DownloadTarget(path, sha256, length);
        if (target.IsDone || (target.Received > 0 && target.Commit() is null))
        {
            return;
        }

        using var client = NewClient();
        var failures = new List<string>();
        foreach (var mirror in mirrors)
        {
            try
            {
                await FromMirrorAsync(client, mirror, target, cancellation).ConfigureAwait(false);
                return;
            }
            catch (TransferException failure)
            {
                failures.Add($"\n  {mirror}: {failure.Message}");
            }
        }

        throw new UserException($"{target.Name} could not be downloaded from any of {mirrors.Count} mirrors:{string.Concat(failures)}");
    }

    private async Task FromMirrorAsync(HttpClient client, Uri mirror, DownloadTarget target, CancellationToken cancellation)
    {
        var transfer = new Transfer(client, clock, _options.SilenceTimeout);
        var attempt = 0;
        await Retrying().ExecuteAsync(
            async token =>
            {
                attempt++;
                var earlier = target.Received;
                log($"Downloading {mirror} (attempt {attempt}{(earlier > 0 ? $", from byte {earlier}" : "")})");
                await transfer.RunAsync(mirror, target, token).ConfigureAwait(false);
                CommitOrDiscard(mirror, target, mixed: earlier > 0);
            },
            cancellation).ConfigureAwait(false);
    }

    /// <param name="mirror">Where the last bytes came from.</param>
    /// <param name="target">The file.</param>
    /// <param name="mixed">Earlier bytes came from another attempt, perhaps another mirror: this one deserves a fresh start.</param>
    private void CommitOrDiscard(Uri mirror, DownloadTarget target, bool mixed)
    {
        if (target.Commit() is { } wrong)
        {
            target.Discard();
            log($"Deleted {target.Name} from {mirror}: {wrong}");
            throw new TransferException($"sent a wrong file: {wrong}", retry: mixed);
        }
    }

    private ResiliencePipeline Retrying()
    {
        var retries = new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<TransferException>(failure => failure.Retry),
            MaxRetryAttempts = _options.Retries,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = _options.FirstDelay,
            MaxDelay = _options.LongestDelay,
            OnRetry = retry =>
            {
                log($"{retry.Outcome.Exception?.Message}; retrying in {retry.RetryDelay.TotalSeconds:0.#} s");
                return default;
            },
        };
        return new ResiliencePipelineBuilder { TimeProvider = clock }.AddRetry(retries).Build();
    }

    private HttpClient NewClient() =>
        // The time-out counts silence, not the whole transfer.
        new(handler ?? new SocketsHttpHandler(), disposeHandler: handler is null) { Timeout = Timeout.InfiniteTimeSpan };
}
