namespace Distill.Pipeline.Progress;

/// <summary>
/// Plain lines of one stage. A report is held back while the last line is recent, so that the last one is not lost. If no line was due for
/// long, as during a large first step, a line says that the stage is still running.
/// </summary>
internal sealed class PlainStageProgress : IStageProgress, IDisposable
{
    /// <summary>Time without a line after which one is written.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly string _stage;
    private readonly Action<string> _write;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _every;
    private readonly long _began;
    private readonly ITimer _heartbeats;
    private long? _written;
    private StageProgress? _held;
    private StageProgress? _last;
    private bool _closed;

    /// <param name="stage">Name of the stage.</param>
    /// <param name="write">Writes a line.</param>
    /// <param name="clock">Clock of the intervals.</param>
    /// <param name="every">Shortest time between two reports.</param>
    public PlainStageProgress(string stage, Action<string> write, TimeProvider clock, TimeSpan every)
    {
        (_stage, _write, _clock, _every, _began) = (stage, write, clock, every, clock.GetTimestamp());
        _heartbeats = clock.CreateTimer(_ => Beat(), null, Quiet, Quiet);
    }

    public void Report(StageProgress progress)
    {
        lock (_gate)
        {
            (_held, _last) = (progress, progress);
            if (_written is not { } last || _clock.GetElapsedTime(last) >= _every)
            {
                Flush();
            }
        }
    }

    public void Note(string message) => _write($"{_stage}: {message}");

    /// <summary>Writes the report that is held back, if there is one, and no further line.</summary>
    public void Dispose()
    {
        // A heartbeat that is already on its way waits for the lock, and must not write below the stage's last line.
        lock (_gate)
        {
            _closed = true;
            _heartbeats.Dispose();
            Flush();
        }
    }

    private void Flush()
    {
        lock (_gate)
        {
            if (_held is { } progress)
            {
                _write(Line(progress));
                _written = _clock.GetTimestamp();
                _held = null;
            }
        }
    }

    private void Beat()
    {
        lock (_gate)
        {
            if (_closed || _clock.GetElapsedTime(_written ?? _began) < Quiet)
            {
                return;
            }

            if (_held is null)
            {
                var done = _last is { } last ? $"step {last.Done}/{last.Total}, the next" : "the first step";
                _write($"{_stage}: {done} is still running after {Wording.Duration(_clock.GetElapsedTime(_written ?? _began))}");
            }

            Flush();
        }
    }

    private string Line(StageProgress progress)
    {
        var remaining = progress.Remaining is { } time ? $"{Wording.Duration(time)} left" : null;
        var parts = progress.Metrics.Select(metric => metric.Phrase).Append(remaining).OfType<string>();
        return $"{_stage}: {string.Join(", ", parts.Prepend($"step {progress.Done}/{progress.Total}"))}";
    }
}
