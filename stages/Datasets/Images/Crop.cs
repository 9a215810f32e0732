namespace Distill.Datasets.Images;

/// <summary>
/// A rectangle of an image, in fractions of its height and width, and whether it is mirrored afterwards. Soft targets store it in single
/// precision, so the student's view equals the teacher's to the last bit.
/// </summary>
/// <param name="Top">Upper edge, in [0, 1].</param>
/// <param name="Left">Left edge, in [0, 1].</param>
/// <param name="Height">Height, in (0, 1].</param>
/// <param name="Width">Width, in (0, 1].</param>
/// <param name="Flipped">Whether it is mirrored left to right.</param>
public readonly record struct Crop(float Top, float Left, float Height, float Width, bool Flipped)
{
    /// <summary>The whole image, unchanged.</summary>
    public static readonly Crop Whole = new(0, 0, 1, 1, false);

    /// <summary>Returns the centered square whose side is a fraction, in (0, 1], of the image's shorter side.</summary>
    public static Crop Center(int height, int width, double fraction)
    {
        var side = fraction * Math.Min(height, width);
        var (h, w) = (side / height, side / width);
        return new Crop((float)((1 - h) / 2), (float)((1 - w) / 2), (float)h, (float)w, Flipped: false);
    }
}
