namespace Distill.Datasets.Images;

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

    /// <summary>The square in the middle of an image whose side is a share of the image's shorter side.</summary>
    /// <param name="height">Pixels; only the ratio to <paramref name="width"/> matters.</param>
    /// <param name="width">Pixels.</param>
    /// <param name="share">Of (0, 1].</param>
    public static Crop Center(int height, int width, double share)
    {
        var side = share * Math.Min(height, width);
        var (h, w) = (side / height, side / width);
        return new Crop((float)((1 - h) / 2), (float)((1 - w) / 2), (float)h, (float)w, Flipped: false);
    }
}
