using System.Text.Json.Nodes;
using Distill.Pipeline.Progress;

namespace Tests.Pipeline.Progress;

public sealed class MetricsLogTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ManualClock _clock = new();

    private string LogPath => _folder["stage/metrics.jsonl"];

    [Fact]
    public void Each_call_appends_one_line_with_the_time()
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
    public void A_resumed_run_drops_lines_that_it_will_write_again()
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
    public void A_complete_file_is_not_rewritten()
    {
        _folder.Write("stage/metrics.jsonl", "{\"step\":10}\n");
        var old = new DateTime(2001, 2, 3, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(LogPath, old);

        Log().TruncateAfter(10);

        Assert.Equal(old, File.GetLastWriteTimeUtc(LogPath));
    }

    [Fact]
    public void Appended_lines_are_read_back()
    {
        var log = Log();
        log.Append(new JsonObject { ["step"] = 10, ["loss"] = 0.1, ["learningRate"] = 1e-7, ["note"] = "é \"quoted\"" });
        log.Append(new JsonObject { ["step"] = 20, ["loss"] = null });
        File.AppendAllText(LogPath, "{\"step\":30");

        var lines = MetricsLog.Read(LogPath);

        Assert.Equal(2, lines.Count);
        Assert.Equal(10, lines[0]["step"]!.GetValue<long>());
        Assert.Equal(0.1, lines[0]["loss"]!.GetValue<double>());
        Assert.Equal(1e-7, lines[0]["learningRate"]!.GetValue<double>());
        Assert.Equal("é \"quoted\"", lines[0]["note"]!.GetValue<string>());
        Assert.Equal(_clock.GetUtcNow().UtcDateTime, lines[0]["utc"]!.GetValue<DateTime>());
        Assert.Null(lines[1]["loss"]);
    }

    [Fact]
    public void A_missing_log_has_no_lines() => Assert.Empty(MetricsLog.Read(LogPath));

    public void Dispose() => _folder.Dispose();

    private MetricsLog Log() => new(LogPath, _clock);
}
