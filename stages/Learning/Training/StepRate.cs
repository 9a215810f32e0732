using System.Diagnostics;

namespace Distill.Learning.Training;

/// <summary>Steps per second, smoothed over the last log intervals so that one slow interval does not swing the remaining time.</summary>
internal sealed class StepRate(long firstStep)
{
    private const double Smoothing = 0.7;

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private long _step = firstStep;
    private double _seconds;
    private double _smoothed;

    /// <summary>Adds the interval that ends at a step, and returns the new rate.</summary>
    public double Update(long step)
    {
        var now = _clock.Elapsed.TotalSeconds;
        var latest = (step - _step) / Math.Max(now - _seconds, 1e-9);
        _smoothed = _smoothed == 0 ? latest : Smoothing * _smoothed + (1 - Smoothing) * latest;
        (_step, _seconds) = (step, now);
        return _smoothed;
    }
}
