namespace Benchmarks.Scale;

/// <summary>A piece of work, and how what it costs an image is measured at a size.</summary>
/// <param name="Name">What it is, in a few words.</param>
/// <param name="At">Its cost at a size.</param>
internal sealed record Load(string Name, Func<int, Cost> At);
