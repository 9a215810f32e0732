namespace Benchmarks.Harness;

/// <summary>What one turn of a contestant took.</summary>
/// <param name="Images">Images worked on.</param>
/// <param name="Seconds">Wall time.</param>
internal readonly record struct Reading(long Images, double Seconds)
{
    /// <summary>Images a second.</summary>
    public double Rate => Images / Seconds;
}
