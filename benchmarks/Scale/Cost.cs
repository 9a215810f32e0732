namespace Benchmarks.Scale;

/// <summary>What a piece of work costs at one size.</summary>
/// <param name="Size">Images, classes or images a batch.</param>
/// <param name="Microseconds">An image, or a row: whatever the work counts.</param>
/// <param name="PeakMiB">Memory that it needed beyond what was held before; null where that is not known.</param>
/// <param name="Bytes">An image on disk; null where nothing is written.</param>
internal readonly record struct Cost(int Size, double Microseconds, double? PeakMiB, double? Bytes = null);
