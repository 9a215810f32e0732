namespace Distill.Learning.Training;

/// <summary>
/// Tells when the next checkpoint is due. The time between the end of a save and the next save is at least
/// <see cref="WorkPerSave"/> times what the save took, so that training does not spend its time saving large networks.
/// </summary>
/// <param name="every">The configured time between two checkpoints; zero for one after every step, whatever it costs.</param>
/// <param name="clock">The source of the time.</param>
internal sealed class SaveTimer(TimeSpan every, TimeProvider clock)
{
    private const int WorkPerSave = 20;

    private TimeSpan _least;
    private long _began;
    private long _last = clock.GetTimestamp();

    /// <summary>Whether a checkpoint is due, if none is being saved.</summary>
    public bool IsDue => clock.GetElapsedTime(_last) >= (_least > every ? _least : every);

    /// <summary>Notes that a save begins.</summary>
    public void Begin() => _began = clock.GetTimestamp();

    /// <summary>Notes that the save ended, and starts to wait for the next one.</summary>
    public void End()
    {
        Restart();
        _least = every > TimeSpan.Zero ? clock.GetElapsedTime(_began, _last) * WorkPerSave : TimeSpan.Zero;
    }

    /// <summary>Starts to wait again, as after a save.</summary>
    public void Restart() => _last = clock.GetTimestamp();
}
