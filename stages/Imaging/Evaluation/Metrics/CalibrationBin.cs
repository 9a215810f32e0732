namespace Distill.Imaging.Evaluation.Metrics;

/// <summary>One bar of a reliability diagram: the images whose top probability lies in (Low, High] (Guo et al. 2017, figure 1).</summary>
/// <param name="Low">Lower end, not in the bin.</param>
/// <param name="High">Upper end, in the bin.</param>
/// <param name="Count">Number of images.</param>
/// <param name="Confidence">Their mean top probability, of [0, 1]; null for an empty bin.</param>
/// <param name="Accuracy">The share of them that are right, of [0, 1] as the probability is; null for an empty bin.</param>
public sealed record CalibrationBin(double Low, double High, int Count, double? Confidence, double? Accuracy);
