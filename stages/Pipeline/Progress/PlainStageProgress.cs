namespace Distill.Pipeline.Progress;

/// <summary>One stage's plain lines: holds a report back while the last line is young, so that the last is never lost.</summary>
internal sealed class PlainStageProgress(string stage, Action<string> write, TimeProvider clock, TimeSpan every) : IStageProgress
{
    private readonly Lock _gate = new();
    private long? _written;
    private TrainingProgress? _held;

    public void Report(TrainingProgress progress)
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

    /// <summary>Writes the report that is still held back, if there is one.</summary>
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

    private string Line(TrainingProgress at)
    {
        var parts = new List<string> { $"step {at.Step}/{at.Steps}" };
        AddIf(Wording.Epoch(at), text => $"epoch {text}");
        AddIf(Wording.Speed(at), text => $"{text} images/s");
        AddIf(Wording.Loss(at), text => $"loss {text}");
        AddIf(Wording.Knn(at), text => $"kNN {text}");
        AddIf(Wording.Remaining(at), text => $"{text} left");
        return $"{stage}: {string.Join(", ", parts)}";

        void AddIf(string? text, Func<string, string> phrase)
        {
            if (text is not null)
            {
                parts.Add(phrase(text));
            }
        }
    }
}
