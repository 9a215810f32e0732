namespace Distill.Datasets.Images;

/// <summary>
/// What a network sees of an image in an evaluation. The commands, the published files and the examples in docs all follow it:
/// the image is upright, transparent parts are white, a shorter side above the maximum is scaled down to it, and the measured part is
/// scaled to the network's shape with <see cref="Resampling.Resampler"/>. Networks get bytes divided by 255.
/// </summary>
/// <param name="Shape">Shape in which the network sees images.</param>
/// <param name="CenterCrop">Side of the centered square that is measured, as a fraction of the shorter side.</param>
/// <param name="ShorterSide">Maximum shorter side in pixels; null for none.</param>
public sealed record Preprocessing(ImageShape Shape, double CenterCrop, int? ShorterSide)
{
    /// <summary>
    /// Returns the part of an image that an evaluation uses: all of an image in the network's shape, else a centered square.
    /// </summary>
    public Crop MeasuredPart(int height, int width) =>
        (CenterCrop, height, width) == (1, Shape.Height, Shape.Width) ? Crop.Whole : Crop.Center(height, width, CenterCrop);
}
