namespace Distill.Learning.Training;

/// <summary>Measures how long steps take, without what comes between them, such as measurements and saves.</summary>
/// <param name="time">Clock.</param>
/// <remarks>On a GPU, a step that is not read only queues its work. Many steps together take as long as the GPU does.</remarks>
internal sealed class StepClock(TimeProvider time)
{
    private TimeSpan _first;
    private TimeSpan _others;
    private long _steps;

    /// <summary>
    /// Mean seconds of the steps but the first, in which kernels are compiled and memory is allocated; of the first if it is alone; 0
    /// without a step.
    /// </summary>
    public double SecondsPerStep => _steps > 1 ? _others.TotalSeconds / (_steps - 1) : _first.TotalSeconds;

    /// <summary>Takes a step.</summary>
    public T Time<T>(Func<T> step)
    {
        var start = time.GetTimestamp();
        var result = step();
        var elapsed = time.GetElapsedTime(start);
        if (_steps++ == 0)
        {
            _first = elapsed;
        }
        else
        {
            _others += elapsed;
        }

        return result;
    }
}
