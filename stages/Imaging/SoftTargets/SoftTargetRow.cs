using Distill.Datasets.Images;

namespace Distill.Imaging.SoftTargets;

/// <summary>A teacher's logits for one view of one image: of all K classes, or of the k likeliest.</summary>
/// <param name="Image">Number of the image in the training split.</param>
/// <param name="View">Number of the view among those of the image, from 0.</param>
/// <param name="Crop">Crop of the view; the student sees the same one.</param>
/// <param name="Logits">
/// Logits and not probabilities, so that a new temperature needs no new labeling. All K in the order of the classes, or the k largest in
/// descending order.
/// </param>
/// <param name="TopClasses">Classes of the k <paramref name="Logits"/>; null if all K are stored.</param>
/// <param name="Rest">Log-sum-exp of the K−k other logits; unused if all K are stored.</param>
public sealed record SoftTargetRow(int Image, int View, Crop Crop, float[] Logits, int[]? TopClasses = null, float Rest = 0);
