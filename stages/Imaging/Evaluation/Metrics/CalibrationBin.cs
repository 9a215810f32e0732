namespace Distill.Imaging.Evaluation.Metrics;

/// <summary>A bin of a reliability diagram: the images whose top probability is in (Low, High] (Guo et al. 2017, figure 1).</summary>
/// <param name="Low">Lower end, exclusive.</param>
/// <param name="High">Upper end, inclusive.</param>
/// <param name="Count">Number of images.</param>
/// <param name="Confidence">Mean top probability of the images, in [0, 1]; null for an empty bin.</param>
/// <param name="Accuracy">Fraction of the images that are predicted correctly, in [0, 1]; null for an empty bin.</param>
public sealed record CalibrationBin(double Low, double High, int Count, double? Confidence, double? Accuracy);
