using Stages.Imaging.Augmentation;

namespace Stages.Imaging.SoftTargets;

/// <summary>What a teacher thinks of one view of one image.</summary>
/// <param name="Image">The image's number in the training split.</param>
/// <param name="View">Which of the image's views, from 0.</param>
/// <param name="Crop">The view: a student sees the same one.</param>
/// <param name="Logits">K logits; not probabilities, so that a change of temperature needs no new labelling.</param>
public sealed record SoftTargetRow(int Image, int View, Crop Crop, float[] Logits);
