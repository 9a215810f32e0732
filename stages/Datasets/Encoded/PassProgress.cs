using Distill.Pipeline.Progress;

namespace Distill.Datasets.Encoded;

/// <summary>Writes a line every ten seconds of a pass over many files, with the time left.</summary>
/// <param name="verb">What is done with a file, as the first word of the line.</param>
/// <param name="noun">What is counted.</param>
/// <param name="count">Number of files of the pass.</param>
/// <param name="log">Takes the lines.</param>
/// <param name="time">Clock.</param>
internal sealed class PassProgress(string verb, string noun, int count, Action<string> log, TimeProvider time)
{
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly long _began = time.GetTimestamp();
    private long _reported = time.GetTimestamp();
    private int _done;

    /// <summary>Counts a file. Several threads may call it.</summary>
    public void Add()
    {
        lock (_lock)
        {
            _done++;
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
