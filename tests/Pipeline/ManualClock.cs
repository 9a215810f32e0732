namespace Tests.Pipeline;

/// <summary>A clock that advances only when a test calls <see cref="Pass"/>. It starts at noon UTC on 2 January 2030.</summary>
internal sealed class ManualClock : TimeProvider
{
    private DateTimeOffset _now = new(2030, 1, 2, 12, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => _now;

    public override long GetTimestamp() => _now.Ticks;

    public void Pass(double seconds) => _now += TimeSpan.FromSeconds(seconds);
}
