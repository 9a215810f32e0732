namespace Distill.Learning.Training;

/// <summary>The steps after which training writes a line of metrics, and after which the task measures more than its loss.</summary>
/// <param name="steps">Steps of the whole training.</param>
internal sealed class ReadingSchedule(int steps)
{
    private const int Lines = 200;
    private const int MostStepsPerLine = 100;
    private const int Measurements = 10;
    private const int FirstEarlyMeasurement = 1024;

    private readonly int _logEvery = Math.Clamp(steps / Lines, 1, MostStepsPerLine);
    private readonly int _monitorEvery = Math.Max(1, steps / Measurements);

    /// <summary>Whether a line is written after this number of steps: 200 in all, or one per 100 steps of a long run.</summary>
    public bool IsLogged(long done) => done % _logEvery == 0 || done == steps;

    /// <summary>
    /// Whether the task measures after this number of steps: ten times in all, and in a long run also after each power of two from 1,024
    /// on, so that a collapse shows within minutes and not after a tenth of the run.
    /// </summary>
    public bool IsMonitored(long done) => done % _monitorEvery == 0
        || done == steps
        || (done >= FirstEarlyMeasurement && done < _monitorEvery && long.IsPow2(done));
}
