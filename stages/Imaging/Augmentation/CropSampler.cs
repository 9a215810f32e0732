using Distill.Datasets.Images;
using Distill.Learning.Randomness;

namespace Distill.Imaging.Augmentation;

/// <summary>Random resized crops and flips (SimCLR appendix A; google-research/simclr, data_util.py).</summary>
internal static class CropSampler
{
    // Draw numbers of a view's key: the tries take 0 … 199.
    private const int Tries = 100;
    private const int TopDraw = 2 * Tries;
    private const int LeftDraw = TopDraw + 1;
    private const int FlipDraw = TopDraw + 2;

    /// <summary>
    /// Draws a share of the area uniformly and an aspect ratio log-uniformly until the rectangle fits, at most 100 times, then
    /// its place uniformly. An image of <paramref name="height"/> × <paramref name="width"/> pixels where none fits is taken whole.
    /// </summary>
    /// <param name="view">The key of (seed, stage, epoch, image, view).</param>
    /// <param name="options">Ranges.</param>
    /// <param name="height">Pixels; only the ratio to <paramref name="width"/> matters.</param>
    /// <param name="width">Pixels.</param>
    public static Crop Draw(RandomKey view, CropOptions options, int height, int width)
    {
        var flipped = view.Uniform(FlipDraw) < options.FlipProbability;
        var (lowAspect, highAspect) = options.LogAspect;
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var area = view.Uniform(2 * attempt, options.Area.Low, options.Area.High) * height * width;
            var aspect = Math.Exp(view.Uniform(2 * attempt + 1, lowAspect, highAspect));
            var (h, w) = (Math.Sqrt(area / aspect) / height, Math.Sqrt(area * aspect) / width);
            if (h <= 1 && w <= 1)
            {
                return new Crop(
                    (float)view.Uniform(TopDraw, 0, 1 - h), (float)view.Uniform(LeftDraw, 0, 1 - w), (float)h, (float)w, flipped);
            }
        }

        return Crop.Whole with { Flipped = flipped };
    }
}
