namespace Benchmarks.Harness;

/// <summary>How a contestant did.</summary>
/// <param name="Name">The contestant's.</param>
/// <param name="Rate">Images a second.</param>
/// <param name="Ratio">Its rate over the first contestant's of the same round.</param>
/// <param name="Rounds">Rounds timed.</param>
internal sealed record Standing(string Name, Spread Rate, Spread Ratio, int Rounds);
