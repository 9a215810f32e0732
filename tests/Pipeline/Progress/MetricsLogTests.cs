using System.Text.Json.Nodes;
using Distill.Pipeline.Progress;

namespace Tests.Pipeline.Progress;

public sealed class MetricsLogTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ManualClock _clock = new();

    private string LogPath => _folder["stage/metrics.jsonl"];

    [Fact]
    public void A_line_a_call_with_its_time()
    {
        var log = Log();
        var metrics = new JsonObject { ["step"] = 10, ["loss"] = 0.5 };

        log.Append(metrics);
        _clock.Pass(1.5);
        log.Append(new JsonObject { ["step"] = 20, ["loss"] = 0.25 });

        Assert.Equal(
            """
            {"step":10,"loss":0.5,"utc":"2030-01-02T12:00:00Z"}
            {"step":20,"loss":0.25,"utc":"2030-01-02T12:00:01.5Z"}

            """,
            File.ReadAllText(LogPath));
        Assert.Equal("""{"step":10,"loss":0.5}""", metrics.ToJsonString());
    }

    [Fact]
    public void A_resumed_run_drops_what_it_will_write_again()
    {
        _folder.Write("stage/metrics.jsonl", "{\"step\":10}\n{\"note\":1}\n{\"step\":20}\n{\"step\":30}\n");

        Log().TruncateAfter(20);

        Assert.Equal("{\"step\":10}\n{\"note\":1}\n{\"step\":20}\n", File.ReadAllText(LogPath));
    }

    [Theory]
    [InlineData("{\"step\":20,\"lo")]
    [InlineData("{\"step\":20}")]
    [InlineData("\0\0\0\0\n")]
    public void A_torn_last_line_is_dropped_before_the_next_is_written(string torn)
    {
        _folder.Write("stage/metrics.jsonl", "{\"step\":10}\n" + torn);

        Log().Append(new JsonObject { ["step"] = 20 });

        Assert.Equal("{\"step\":10}\n{\"step\":20,\"utc\":\"2030-01-02T12:00:00Z\"}\n", File.ReadAllText(LogPath));
    }

    [Fact]
    public void A_whole_file_is_not_rewritten()
    {
        _folder.Write("stage/metrics.jsonl", "{\"step\":10}\n");
        var old = new DateTime(2001, 2, 3, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(LogPath, old);

        Log().TruncateAfter(10);

        Assert.Equal(old, File.GetLastWriteTimeUtc(LogPath));
    }

    public void Dispose() => _folder.Dispose();

    private MetricsLog Log() => new(LogPath, _clock);
}
