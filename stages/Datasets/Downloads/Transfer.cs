using System.Net;
using System.Net.Http.Headers;
using Distill.Pipeline.Options;

namespace Distill.Datasets.Downloads;

/// <summary>One attempt of a download: requests the missing part of a file and appends it to the partial file.</summary>
internal sealed class Transfer(HttpClient client, TimeProvider clock, TimeSpan silenceTimeout)
{
    /// <exception cref="TransferException">The mirror refused, stopped sending, lost the connection or sent too much.</exception>
    /// <exception cref="UserException">The disk could not be written.</exception>
    public async Task RunAsync(Uri uri, DownloadTarget target, CancellationToken cancellation)
    {
        using var silence = new CancellationTokenSource(silenceTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, silence.Token);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, uri);
            var received = target.Received;
            request.Headers.Range = received > 0 ? new RangeHeaderValue(received, null) : null;

            using var response = await client
                .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            var start = OffsetOf(response, target, received);
            using var body = await response.Content.ReadAsStreamAsync(either.Token).ConfigureAwait(false);
            await AppendAsync(body, target, start, silence, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TransferException($"no data for {silenceTimeout.TotalSeconds:0.##} seconds", retry: true);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw new TransferException(error.Message, retry: true);
        }
    }

    /// <summary>Returns the offset in the file at which the body of this response belongs.</summary>
    private static long OffsetOf(HttpResponseMessage response, DownloadTarget target, long received)
    {
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            target.Discard();
            throw new TransferException($"has no data after byte {received}; starting over", retry: true);
        }

        if (!response.IsSuccessStatusCode)
        {
            throw new TransferException($"HTTP {(int)response.StatusCode} {response.ReasonPhrase}", IsTransient(response.StatusCode));
        }

        if (response.StatusCode != HttpStatusCode.PartialContent)
        {
            return 0;
        }

        if (response.Content.Headers.ContentRange?.From != received)
        {
            // A range other than the requested one would leave a gap or an overlap.
            target.Discard();
            throw new TransferException($"sent a different range than requested (from byte {received}); starting over", retry: true);
        }

        return received;
    }

    private static bool IsTransient(HttpStatusCode status) =>
        status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || (int)status >= 500;

    private async Task AppendAsync(
        Stream body, DownloadTarget target, long start, CancellationTokenSource silence, CancellationToken cancellation)
    {
        using var file = target.OpenAt(start);
        var buffer = new byte[1 << 16];
        while (await body.ReadAsync(buffer, cancellation).ConfigureAwait(false) is var count and > 0)
        {
            silence.CancelAfter(silenceTimeout);
            if (file.Position + count > target.Length)
            {
                file.SetLength(0);
                throw new TransferException($"sent more than the {target.Length} bytes of {target.Name}", retry: false);
            }

            Write(file, buffer.AsSpan(0, count), target);
        }
    }

    private static void Write(FileStream file, ReadOnlySpan<byte> data, DownloadTarget target)
    {
        try
        {
            file.Write(data);
            file.Flush();
        }
        catch (IOException error)
        {
            throw new UserException($"{target.Partial} cannot be written: {error.Message}");
        }
    }
}

/// <summary>An attempt to download that failed on the network or at the mirror.</summary>
/// <param name="message">What went wrong, without the mirror's name.</param>
/// <param name="retry">Whether a retry at the same mirror may succeed.</param>
internal sealed class TransferException(string message, bool retry) : Exception(message)
{
    public bool Retry => retry;
}
