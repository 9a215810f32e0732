namespace Benchmarks.Scale;

/// <summary>A quantity that grows, with the pieces of work whose cost is measured meanwhile.</summary>
/// <param name="Name">Quantity that grows, such as images.</param>
/// <param name="About">Quantities that stay constant.</param>
/// <param name="Sizes">Sizes in ascending order.</param>
/// <param name="Loads">Pieces of work.</param>
internal sealed record Axis(string Name, string About, IReadOnlyList<int> Sizes, IReadOnlyList<Load> Loads);

/// <summary>A piece of work.</summary>
/// <param name="Name">Name in the table.</param>
/// <param name="Measure">Measures its cost at a size.</param>
internal sealed record Load(string Name, Func<int, Cost> Measure);
