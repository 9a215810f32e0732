namespace Distill.Pipeline.Progress;

/// <summary>Plain lines of one stage. A report is held back while the last line is recent, so that the last one is not lost.</summary>
internal sealed class PlainStageProgress(string stage, Action<string> write, TimeProvider clock, TimeSpan every) : IStageProgress
{
    private readonly Lock _gate = new();
    private long? _written;
    private StageProgress? _held;

    public void Report(StageProgress progress)
    {
        lock (_gate)
        {
            _held = progress;
            if (_written is not { } last || clock.GetElapsedTime(last) >= every)
            {
                Flush();
            }
        }
    }

    public void Note(string message) => write($"{stage}: {message}");

    /// <summary>Writes the report that is held back, if there is one.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            if (_held is { } progress)
            {
                write(Line(progress));
                _written = clock.GetTimestamp();
                _held = null;
            }
        }
    }

    private string Line(StageProgress progress)
    {
        var remaining = progress.Remaining is { } time ? $"{Wording.Duration(time)} left" : null;
        var parts = progress.Metrics.Select(metric => metric.Phrase).Append(remaining).OfType<string>();
        return $"{stage}: {string.Join(", ", parts.Prepend($"step {progress.Done}/{progress.Total}"))}";
    }
}
