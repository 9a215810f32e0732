namespace Distill.Learning.Diagnostics;

/// <summary>One check of a device.</summary>
/// <param name="Name">What was computed.</param>
/// <param name="Precision">fp32 or bf16.</param>
/// <param name="Error">
/// The relative distance from the reference; NaN where the device gave NaN, null where it failed with <paramref name="Failure"/>.
/// </param>
/// <param name="Tolerance">The largest distance that passes.</param>
/// <param name="Seconds">Time taken, the reference included.</param>
/// <param name="Failure">What the device or the library said; null where it computed something.</param>
public sealed record CheckRow(string Name, string Precision, double? Error, double Tolerance, double Seconds, string? Failure)
{
    /// <summary>Whether the result is near the reference. NaN never is.</summary>
    public bool Passed => Error <= Tolerance;
}
