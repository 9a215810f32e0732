using Distill.Pipeline.Options;
using Distill.Pipeline.Retries;
using Polly;

namespace Distill.Datasets.Downloads;

/// <summary>
/// Downloads files with a known hash. It retries a mirror with growing delays, resumes partial files, and then tries the next mirror. A
/// file under its final name is always complete and right.
/// </summary>
/// <param name="handler">Answers the requests; null for the network.</param>
/// <param name="clock">Clock for delays and timeouts.</param>
/// <param name="log">Takes one line per attempt and per rejected file.</param>
/// <param name="options">Retries and timeouts; null for the defaults.</param>
internal sealed class Downloader(
    HttpMessageHandler? handler, TimeProvider clock, Action<string> log, DownloadOptions? options = null)
{
    private readonly DownloadOptions _options = options ?? new DownloadOptions();

    /// <summary>Downloads the file to <paramref name="path"/>, unless the right file is already there.</summary>
    /// <param name="mirrors">Addresses of the same file, in the order in which they are tried.</param>
    /// <param name="path">Path of the file, in an existing folder.</param>
    /// <param name="sha256">Expected hash, 64 hexadecimal digits.</param>
    /// <param name="length">Expected length in bytes; null if unknown.</param>
    /// <param name="cancellation">Stops at once. The received part stays in "PATH.partial" for the next call.</param>
    /// <exception cref="UserException">All mirrors failed (the message lists their errors), or the disk could not be written.</exception>
    public async Task DownloadAsync(
        IReadOnlyList<Uri> mirrors, string path, string sha256, long? length, CancellationToken cancellation)
    {
        var target = new DownloadTarget(path, sha256, length);
        if (target.IsDone || (target.Received > 0 && target.Commit() is null))
        {
            return;
        }

        using var client = CreateClient();
        var failures = new List<string>();
        foreach (var mirror in mirrors)
        {
            try
            {
                await DownloadFromAsync(client, mirror, target, cancellation).ConfigureAwait(false);
                return;
            }
            catch (TransferException failure)
            {
                failures.Add($"\n  {mirror}: {failure.Message}");
            }
        }

        throw new UserException($"{target.Name} could not be downloaded from any of {mirrors.Count} mirrors:{string.Concat(failures)}");
    }

    private async Task DownloadFromAsync(HttpClient client, Uri mirror, DownloadTarget target, CancellationToken cancellation)
    {
        var transfer = new Transfer(client, clock, _options.SilenceTimeout);
        var attempt = 0;
        await CreateRetries().ExecuteAsync(
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

    /// <summary>Moves the file to its place, or deletes it if its content is wrong.</summary>
    /// <param name="mirror">Source of the last bytes.</param>
    /// <param name="target">Downloaded file.</param>
    /// <param name="mixed">Whether earlier bytes came from another attempt, perhaps another mirror. If so, this one is retried.</param>
    private void CommitOrDiscard(Uri mirror, DownloadTarget target, bool mixed)
    {
        if (target.Commit() is { } wrong)
        {
            target.Discard();
            log($"Deleted {target.Name} from {mirror}: {wrong}");
            throw new TransferException($"sent a wrong file: {wrong}", retry: mixed);
        }
    }

    private ResiliencePipeline CreateRetries() => new RetryPolicy(_options.Retries, _options.FirstDelay, _options.LongestDelay)
        .Build<TransferException>(failure => failure.Retry, failure => failure.Message, clock, log);

    private HttpClient CreateClient() =>
        // DownloadOptions.SilenceTimeout replaces HttpClient's timeout, which covers the whole transfer.
        new(handler ?? new SocketsHttpHandler(), disposeHandler: handler is null) { Timeout = Timeout.InfiniteTimeSpan };
}
