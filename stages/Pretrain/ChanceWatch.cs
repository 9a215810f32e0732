namespace Distill.Pretrain;

/// <summary>
/// Decides whether there is evidence that training learns nothing: after enough steps at the full learning rate, the mean of many losses
/// is at or above that of guessing by more than its noise, and does not fall. It says so once.
/// </summary>
/// <param name="steps">Number of optimizer steps of the training.</param>
/// <param name="warmupFraction">Fraction of the steps in which the learning rate rises.</param>
internal sealed class ChanceWatch(int steps, double warmupFraction)
{
    /// <summary>Steps after the warm-up before which a network need not have learned anything.</summary>
    private const int LeastSteps = 100;

    /// <summary>Number of losses below which their scatter is not known.</summary>
    private const int LeastLosses = 10;

    // A loss 1 % below chance shows that something is learned.
    private const double AtChance = 0.99;

    // Standard errors of a mean that noise exceeds once in 700 times.
    private const double Errors = 3;

    private (double Mean, double Error)? _before;
    private bool _said;

    /// <summary>Takes the losses since the last call; true once there is evidence, and never again.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="losses">Losses of single steps.</param>
    /// <param name="chance">The loss of guessing.</param>
    public bool Observe(long step, IReadOnlyList<double> losses, double chance)
    {
        if (_said || losses.Count < LeastLosses || step < Math.Round(warmupFraction * steps) + LeastSteps)
        {
            return false;
        }

        var (mean, error) = MeanOf(losses);
        var falls = _before is { } before && mean < before.Mean - Errors * Math.Sqrt(before.Error * before.Error + error * error);
        // The first losses have nothing to be compared with, so a fall cannot be excluded yet.
        _said = _before is not null && !falls && mean - Errors * error >= AtChance * chance;
        _before = (mean, error);
        return _said;
    }

    private static (double Mean, double Error) MeanOf(IReadOnlyList<double> losses)
    {
        var mean = losses.Average();
        var variance = losses.Sum(loss => (loss - mean) * (loss - mean)) / (losses.Count - 1);
        return (mean, Math.Sqrt(variance / losses.Count));
    }
}
