using Spectre.Console;

namespace Distill.Pipeline.Progress;

/// <summary>One stage's live table, redrawn at most ten times a second however often the stage reports.</summary>
internal sealed class LiveStageProgress : IStageProgress
{
    private static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(100);

    private readonly string _stage;
    private readonly IAnsiConsole _console;
    private readonly TimeProvider _clock;
    private readonly TaskCompletionSource _ended = new();
    private readonly Task _display;
    private LiveDisplayContext? _context;
    private long? _drawn;

    public LiveStageProgress(string stage, IAnsiConsole console, TimeProvider clock)
    {
        _stage = stage;
        _console = console;
        _clock = clock;

        // The display lives until the stage ends; up to its first wait it runs right here, so the context is set.
        _display = console.Live(LiveTable.Of(stage, null)).AutoClear(true).StartAsync(context =>
        {
            _context = context;
            return _ended.Task;
        });
    }

    public void Report(TrainingProgress progress)
    {
        if (_drawn is not { } last || _clock.GetElapsedTime(last) >= Redraw || progress.Step >= progress.Steps)
        {
            _drawn = _clock.GetTimestamp();
            _context?.UpdateTarget(LiveTable.Of(_stage, progress));
        }
    }

    /// <summary>The line stays above the live table.</summary>
    public void Note(string message) => _console.Write(new LineAbove($"{_stage}: {message}"));

    /// <summary>Takes the live table off the screen and gives the cursor back.</summary>
    public void Close()
    {
        _ended.TrySetResult();
        _display.GetAwaiter().GetResult();
    }
}
