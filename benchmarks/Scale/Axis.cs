namespace Benchmarks.Scale;

/// <summary>One thing that grows, and the pieces of work whose costs are watched while it does.</summary>
/// <param name="Name">What grows, such as images.</param>
/// <param name="About">What stays as it is.</param>
/// <param name="Sizes">Rising.</param>
/// <param name="Loads">The pieces of work.</param>
internal sealed record Axis(string Name, string About, IReadOnlyList<int> Sizes, IReadOnlyList<Load> Loads);
