namespace Stages.Imaging.Augmentation;

/// <summary>
/// A rectangle of an image, in fractions of its height and width, and whether it is mirrored afterwards. In single
/// precision, as it is stored with soft targets: the student's view is then the teacher's to the last bit.
/// </summary>
/// <param name="Top">Upper edge, of [0, 1].</param>
/// <param name="Left">Left edge, of [0, 1].</param>
/// <param name="Height">Height, of (0, 1].</param>
/// <param name="Width">Width, of (0, 1].</param>
/// <param name="Flipped">Mirrored left to right.</param>
public readonly record struct Crop(float Top, float Left, float Height, float Width, bool Flipped)
{
    /// <summary>The image as it is.</summary>
    public static readonly Crop Whole = new(0, 0, 1, 1, false);
}
