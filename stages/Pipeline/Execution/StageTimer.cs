namespace Distill.Pipeline.Execution;

/// <summary>Keeps a running stage's entry in the run manifest up to date, with the time spent over all its runs.</summary>
internal sealed class StageTimer
{
    private readonly RunManifest _manifest;
    private readonly string _stage;
    private readonly LockEntry _started;
    private readonly TimeProvider _clock;
    private readonly long _start;

    /// <summary>Marks the stage as running, on disk.</summary>
    public StageTimer(RunManifest manifest, string stage, LockEntry started, TimeProvider clock)
    {
        (_manifest, _stage, _started, _clock) = (manifest, stage, started, clock);
        _start = clock.GetTimestamp();
        _manifest.Set(stage, started);
    }

    /// <summary>Time since this run of the stage started.</summary>
    public TimeSpan Elapsed => _clock.GetElapsedTime(_start);

    /// <summary>Writes the time spent so far, so that a later crash does not lose it.</summary>
    public void SaveTime() => _manifest.Set(_stage, Now());

    /// <summary>Writes the time spent so far after a failure. A disk error here must not hide that failure.</summary>
    public void TrySaveTime()
    {
        try
        {
            SaveTime();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Only the time is lost. The manifest on disk still states "running", which is true.
        }
    }

    /// <summary>Marks the stage as done, on disk.</summary>
    public void Finish(StageResult result) => _manifest.Set(_stage, Now() with
    {
        State = LockedState.Done,
        Outputs = result.Outputs.OrderBy(output => output.Key, StringComparer.Ordinal)
            .ToDictionary(output => output.Key, output => LockedOutput.FromDisk(output.Value)),
        Metrics = result.Metrics,
        FinishedUtc = _clock.GetUtcNow(),
    });

    private LockEntry Now() => _started with { Seconds = _started.Seconds + Elapsed.TotalSeconds };
}
