namespace Tests.Pipeline.Progress;

/// <summary>A clock whose timers fire when a test lets time pass, each at most once per call.</summary>
internal sealed class TimerClock : TimeProvider
{
    private readonly ManualClock _clock = new();
    private readonly List<Timer> _timers = [];

    public override long TimestampFrequency => _clock.TimestampFrequency;

    public override long GetTimestamp() => _clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(() => callback(state));
        _timers.Add(timer);
        return timer;
    }

    public void Pass(double seconds)
    {
        _clock.Pass(seconds);
        _timers.ForEach(timer => timer.Fire());
    }

    private sealed class Timer(Action callback) : ITimer
    {
        private bool _disposed;

        public void Fire()
        {
            if (!_disposed)
            {
                callback();
            }
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => !_disposed;

        public void Dispose() => _disposed = true;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
