using System.Net;
using System.Security.Cryptography;
using Distill.Datasets.Downloads;
using Distill.Pipeline.Options;
using Tests.Pipeline;
using static Tests.Datasets.Downloads.ScriptedMirror;

namespace Tests.Datasets.Downloads;

public sealed class DownloaderTests : IDisposable
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 200_000).Select(i => (byte)(i * 7 / 3))];
    private static readonly byte[] Wrong = new byte[Content.Length];
    private static readonly Uri[] Mirrors = [new("http://one.test/file.gz"), new("http://two.test/file.gz")];

    private readonly TempFolder _folder = new();
    private readonly List<string> _log = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_lost_connection_is_resumed_where_it_ended()
    {
        using var mirror = new ScriptedMirror(Breaking(Content, after: 70_000), Ranged(Content));
        await DownloadAsync(mirror);

        AssertDone();
        Assert.Equal(["one.test all", "one.test bytes=70000-"], mirror.Requests);
        Assert.Contains(_log, line => line.Contains("the connection was lost; retrying", StringComparison.Ordinal));
        Assert.Contains("Downloading http://one.test/file.gz (attempt 2, from byte 70000)", _log);
    }

    [Fact]
    public async Task A_server_without_ranges_starts_over()
    {
        using var mirror = new ScriptedMirror(Breaking(Content, after: 70_000), Whole(Content));
        await DownloadAsync(mirror);

        AssertDone();
        Assert.Equal(["one.test all", "one.test bytes=70000-"], mirror.Requests);
    }

    [Fact]
    public async Task A_server_error_is_retried()
    {
        using var mirror = new ScriptedMirror(
            Status(HttpStatusCode.InternalServerError), Status(HttpStatusCode.TooManyRequests), Whole(Content));
        await DownloadAsync(mirror);

        AssertDone();
        Assert.Equal(3, mirror.Requests.Count);
    }

    [Fact]
    public async Task A_missing_file_is_not_retried_at_the_same_mirror()
    {
        using var mirror = new ScriptedMirror(Status(HttpStatusCode.NotFound), Whole(Content));
        await DownloadAsync(mirror);

        AssertDone();
        Assert.Equal(["one.test all", "two.test all"], mirror.Requests);
    }

    [Fact]
    public async Task Wrong_bytes_are_deleted_and_downloaded_from_the_next_mirror()
    {
        using var mirror = new ScriptedMirror(Whole(Wrong), Whole(Content));
        await DownloadAsync(mirror);

        AssertDone();
        Assert.Equal(["one.test all", "two.test all"], mirror.Requests);
        Assert.Contains(_log, line => line.StartsWith("Deleted file.gz from http://one.test/file.gz", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(300_000)]
    public async Task A_file_of_the_wrong_length_is_refused(int length)
    {
        using var mirror = new ScriptedMirror(Whole(new byte[length]), Whole(Content));
        await DownloadAsync(mirror);

        AssertDone();
        Assert.Equal(["one.test all", "two.test all"], mirror.Requests);
    }

    [Fact]
    public async Task A_good_mirror_is_retried_if_it_resumed_wrong_bytes_of_another()
    {
        using var mirror = new ScriptedMirror(
            [.. Enumerable.Repeat(Breaking(Wrong, after: 500), 3), Ranged(Content), Ranged(Content)]);
        await DownloadAsync(mirror, new DownloadOptions { FirstDelay = TimeSpan.Zero, Retries = 2 });

        AssertDone();
        Assert.Equal(["two.test bytes=500-", "two.test all"], mirror.Requests[^2..]);
    }

    [Fact]
    public async Task Silence_ends_an_attempt()
    {
        using var mirror = new ScriptedMirror(Breaking(Content, after: 100, silent: true), Ranged(Content));
        await DownloadAsync(mirror, new DownloadOptions { FirstDelay = TimeSpan.Zero, SilenceTimeout = TimeSpan.FromSeconds(0.2) });

        AssertDone();
        Assert.Contains(_log, line => line.StartsWith("no data for 0.2 seconds; retrying", StringComparison.Ordinal));
    }

    [Fact]
    public async Task If_all_mirrors_fail_the_message_names_each_and_no_file_remains()
    {
        using var mirror = new ScriptedMirror(Whole(Wrong), Status(HttpStatusCode.NotFound));
        var error = await Assert.ThrowsAsync<UserException>(() => DownloadAsync(mirror));

        Assert.StartsWith("file.gz could not be downloaded from any of 2 mirrors:", error.Message, StringComparison.Ordinal);
        Assert.Contains(
            "http://one.test/file.gz: sent a wrong file: the SHA-256 of its 200000 bytes is not", error.Message, StringComparison.Ordinal);
        Assert.Contains("http://two.test/file.gz: HTTP 404", error.Message, StringComparison.Ordinal);
        Assert.Empty(_folder.Names());
    }

    [Fact]
    public async Task A_partial_file_of_an_earlier_process_is_resumed()
    {
        await File.WriteAllBytesAsync(_folder["file.gz.partial"], Content[..150_000]);
        using var mirror = new ScriptedMirror(Ranged(Content));
        await DownloadAsync(mirror);

        AssertDone();
        Assert.Equal(["one.test bytes=150000-"], mirror.Requests);
    }

    [Fact]
    public async Task A_range_beyond_the_end_starts_over()
    {
        await File.WriteAllBytesAsync(_folder["file.gz.partial"], Wrong);
        using var mirror = new ScriptedMirror(Status(HttpStatusCode.RequestedRangeNotSatisfiable), Whole(Content));
        await DownloadAsync(mirror);

        AssertDone();
    }

    [Fact]
    public async Task An_existing_right_file_is_not_requested()
    {
        await File.WriteAllBytesAsync(_folder["file.gz"], Content);
        using var mirror = new ScriptedMirror();
        await DownloadAsync(mirror);

        AssertDone();
    }

    private Task DownloadAsync(ScriptedMirror mirror, DownloadOptions? options = null) =>
        new Downloader(mirror, TimeProvider.System, _log.Add, options ?? new DownloadOptions { FirstDelay = TimeSpan.Zero })
            .DownloadAsync(
                Mirrors, _folder["file.gz"], Convert.ToHexString(SHA256.HashData(Content)), Content.Length, CancellationToken.None);

    private void AssertDone()
    {
        Assert.Equal(["file.gz"], _folder.Names());
        Assert.Equal(Content, File.ReadAllBytes(_folder["file.gz"]));
    }
}
