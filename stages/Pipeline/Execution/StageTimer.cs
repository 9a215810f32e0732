namespace Distill.Pipeline.Execution;

/// <summary>Keeps a running stage's lock entry, and the time spent on it over all its runs.</summary>
internal sealed class StageTimer
{
    private readonly RunManifest _lock;
    private readonly string _stage;
    private readonly LockEntry _begun;
    private readonly TimeProvider _clock;
    private readonly long _start;

    /// <summary>Marks the stage as running, on the disk.</summary>
    public StageTimer(RunManifest pipelineLock, string stage, LockEntry begun, TimeProvider clock)
    {
        (_lock, _stage, _begun, _clock) = (pipelineLock, stage, begun, clock);
        _start = clock.GetTimestamp();
        _lock.Set(stage, begun);
    }

    /// <summary>The time since this run of the stage began.</summary>
    public TimeSpan Elapsed => _clock.GetElapsedTime(_start);

    /// <summary>Writes the time spent so far: whatever happens from here on, it is not forgotten.</summary>
    public void Tick() => _lock.Set(_stage, Now());

    /// <summary>The same where something failed already: a disk that refuses this too must not hide what failed.</summary>
    public void TryTick()
    {
        try
        {
            Tick();
        }
        catch (IOException)
        {
            // Only the record of the time is lost; the lock on the disk still says "running", which is true.
        }
    }

    /// <summary>Marks the stage as done, on the disk.</summary>
    public void Finish(StageResult result) => _lock.Set(_stage, Now() with
    {
        State = LockedState.Done,
        Outputs = result.Outputs.OrderBy(output => output.Key, StringComparer.Ordinal)
            .ToDictionary(output => output.Key, output => LockedOutput.Of(output.Value)),
        Metrics = result.Metrics,
        FinishedUtc = _clock.GetUtcNow(),
    });

    private LockEntry Now() => _begun with { Seconds = _begun.Seconds + Elapsed.TotalSeconds };
}
