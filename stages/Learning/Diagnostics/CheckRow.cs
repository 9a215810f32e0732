namespace Distill.Learning.Diagnostics;

/// <summary>The result of one check of a device.</summary>
/// <param name="Name">The computation that was checked.</param>
/// <param name="Precision">fp32 or bf16.</param>
/// <param name="Error">
/// The relative error; NaN if the device gave NaN, null if it failed with <paramref name="Failure"/>.
/// </param>
/// <param name="Tolerance">The largest error that passes.</param>
/// <param name="Seconds">Time taken, including the reference.</param>
/// <param name="Failure">The error message of the device or the library; null if it computed something.</param>
public sealed record CheckRow(string Name, string Precision, double? Error, double Tolerance, double Seconds, string? Failure)
{
    /// <summary>Whether the error is within the tolerance. NaN never is.</summary>
    public bool Passed => Error <= Tolerance;
}
