namespace Distill.Pipeline.Progress;

/// <summary>How far a stage is. What it does not measure is null.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Steps">Steps in all.</param>
/// <param name="Epoch">Passes over the data done, with their fraction.</param>
/// <param name="ItemsPerSecond">Images a second, since the last report.</param>
/// <param name="Loss">The loss, since the last report.</param>
/// <param name="Knn">The accuracy of the nearest neighbors' vote, in percent.</param>
/// <param name="Remaining">The time that the rest will take at this speed.</param>
public sealed record TrainingProgress(
    long Step, long Steps, double? Epoch, double? ItemsPerSecond, double? Loss, double? Knn, TimeSpan? Remaining);
