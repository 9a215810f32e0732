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
    private long _last = clock.GetTimestamp();

    /// <summary>Whether a checkpoint is due.</summary>
    public bool IsDue => clock.GetElapsedTime(_last) >= (_least > every ? _least : every);

    /// <summary>Saves, and starts to wait for the next save.</summary>
    public void Save(Action save)
    {
        var start = clock.GetTimestamp();
        save();
        Restart();
        _least = every > TimeSpan.Zero ? clock.GetElapsedTime(start, _last) * WorkPerSave : TimeSpan.Zero;
    }

    /// <summary>Starts to wait again, as after a save.</summary>
    public void Restart() => _last = clock.GetTimestamp();
}
