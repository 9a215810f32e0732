namespace Distill.Learning.Training;

/// <summary>
/// When the next checkpoint is due. The time between the end of a save and the next one is at least <see cref="WorkPerSave"/> times what
/// the save took, so that training does not spend its time saving, however large the network is.
/// </summary>
/// <param name="every">The configured time between two checkpoints; zero for one after every step, whatever it costs.</param>
/// <param name="clock">Tells the time.</param>
internal sealed class SaveTimer(TimeSpan every, TimeProvider clock)
{
    private const int WorkPerSave = 20;

    private TimeSpan _least;
    private long _last = clock.GetTimestamp();

    /// <summary>Whether it is time to save.</summary>
    public bool IsDue => clock.GetElapsedTime(_last) >= (_least > every ? _least : every);

    /// <summary>Saves, and begins to wait for the next time.</summary>
    public void Save(Action save)
    {
        var start = clock.GetTimestamp();
        save();
        Restart();
        _least = every > TimeSpan.Zero ? clock.GetElapsedTime(start, _last) * WorkPerSave : TimeSpan.Zero;
    }

    /// <summary>Begins to wait again, as after a save.</summary>
    public void Restart() => _last = clock.GetTimestamp();
}
