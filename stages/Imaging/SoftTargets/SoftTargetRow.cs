using Distill.Datasets.Images;

namespace Distill.Imaging.SoftTargets;

/// <summary>What a teacher thinks of one view of one image: of all K classes, or of the k that it holds likeliest.</summary>
/// <param name="Image">The image's number in the training split.</param>
/// <param name="View">Which of the image's views, from 0.</param>
/// <param name="Crop">The view: a student sees the same one.</param>
/// <param name="Logits">
/// Logits; not probabilities, so that a change of temperature needs no new labeling. K in the order of the classes, or the k
/// largest, falling.
/// </param>
/// <param name="TopClasses">The numbers of the k classes that <paramref name="Logits"/> belong to; null where it has all K.</param>
/// <param name="Rest">The log-sum-exp of the K−k other logits; of no meaning where all are there.</param>
public sealed record SoftTargetRow(int Image, int View, Crop Crop, float[] Logits, int[]? TopClasses = null, float Rest = 0);
