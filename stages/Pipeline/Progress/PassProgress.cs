namespace Distill.Pipeline.Progress;

/// <summary>Writes a line every ten seconds of a pass over many files or rows, with the time left.</summary>
/// <param name="verb">What is done with them, as the first word of the line.</param>
/// <param name="noun">What is counted.</param>
/// <param name="count">How many the pass has.</param>
/// <param name="log">Takes the lines.</param>
/// <param name="time">Clock.</param>
public sealed class PassProgress(string verb, string noun, int count, Action<string> log, TimeProvider time)
{
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly long _began = time.GetTimestamp();
    private long _reported = time.GetTimestamp();
    private int _done;

    /// <summary>Counts what is done. Several threads may call it.</summary>
    public void Add(int number = 1)
    {
        lock (_lock)
        {
            _done += number;
            if (time.GetElapsedTime(_reported) < ReportEvery)
            {
                return;
            }

            _reported = time.GetTimestamp();
            var left = time.GetElapsedTime(_began) * ((double)(count - _done) / _done);
            log($"{verb} {_done} of {count} {noun}, {Wording.Duration(left)} left");
        }
    }
}
