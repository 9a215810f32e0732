namespace Distill.Learning.Training;

/// <summary>What was read of a step.</summary>
/// <param name="Loss">Null where it was not read.</param>
/// <param name="GradientNorm">The length of the whole gradient; null where it was not read.</param>
internal readonly record struct StepReading(double? Loss, double? GradientNorm)
{
    public static readonly StepReading Unread = new(null, null);

    /// <summary>Whether nothing that was read is NaN or infinite.</summary>
    public bool IsSound => double.IsFinite(Loss ?? 0) && double.IsFinite(GradientNorm ?? 0);
}
