using Spectre.Console;

namespace Distill.Pipeline.Progress;

/// <summary>
/// Live table of one stage, redrawn at most ten times per second however often the stage reports. Before the first report it counts the
/// seconds.
/// </summary>
internal sealed class LiveStageProgress : IStageProgress, IDisposable
{
    private static readonly TimeSpan RedrawInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan CountInterval = TimeSpan.FromSeconds(1);

    private readonly string _stage;
    private readonly IAnsiConsole _console;
    private readonly TimeProvider _clock;
    private readonly TaskCompletionSource _ended = new();
    private readonly Task _display;
    private readonly ITimer _seconds;
    private readonly long _began;
    private LiveDisplayContext? _context;
    private long? _drawn;

    public LiveStageProgress(string stage, IAnsiConsole console, TimeProvider clock)
    {
        _stage = stage;
        _console = console;
        _clock = clock;
        _began = clock.GetTimestamp();

        // The display runs until the stage ends. It runs synchronously up to its first wait, so the context is set afterwards.
        _display = console.Live(LiveTable.Create(stage, null)).AutoClear(true).StartAsync(context =>
        {
            _context = context;
            return _ended.Task;
        });
        _seconds = clock.CreateTimer(_ => Count(), null, CountInterval, CountInterval);
    }

    public void Report(StageProgress progress)
    {
        if (_drawn is not { } last || _clock.GetElapsedTime(last) >= RedrawInterval || progress.Done >= progress.Total)
        {
            _drawn = _clock.GetTimestamp();
            _context?.UpdateTarget(LiveTable.Create(_stage, progress));
        }
    }

    /// <summary>Shows a line that stays above the live table.</summary>
    public void Note(string message) => _console.Write(new LineAbove($"{_stage}: {message}"));

    private void Count()
    {
        if (_drawn is null)
        {
            _context?.UpdateTarget(LiveTable.Create(_stage, null, _clock.GetElapsedTime(_began)));
        }
    }

    /// <summary>Removes the live table and shows the cursor again.</summary>
    public void Dispose()
    {
        _seconds.Dispose();
        _ended.TrySetResult();
        _display.GetAwaiter().GetResult();
    }
}
