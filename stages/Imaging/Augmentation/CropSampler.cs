using Distill.Datasets.Images;
using Distill.Learning.Randomness;

namespace Distill.Imaging.Augmentation;

/// <summary>
/// Draws random resized crops and flips: SimCLR's ranges (appendix A: "uniform from 0.08 to 1.0 in area", aspect 3/4 to 4/3), drawn as
/// torchvision's <c>RandomResizedCrop</c> does. The authors' TensorFlow kernel draws the height uniformly between its bounds and the aspect
/// ratio uniformly, so its crops are smaller: on a square image, 0.40 of it in the mean and not 0.48.
/// </summary>
internal static class CropSampler
{
    // Numbers of the draws of a view's key: the attempts take 0 … 199.
    private const int Attempts = 100;
    private const int TopDraw = 2 * Attempts;
    private const int LeftDraw = TopDraw + 1;
    private const int FlipDraw = TopDraw + 2;

    /// <summary>
    /// Draws a relative area uniformly and an aspect ratio log-uniformly until the rectangle fits, and then its position uniformly. If
    /// none of 100 rectangles fits, it takes the whole image.
    /// </summary>
    /// <param name="view">The view's key, folded from seed, stage, epoch, image and view.</param>
    /// <param name="options">Ranges of area and aspect ratio, and the probability of a flip.</param>
    /// <param name="height">Height of the image; only its ratio to <paramref name="width"/> matters.</param>
    /// <param name="width">Width of the image.</param>
    public static Crop Draw(RandomKey view, CropOptions options, int height, int width)
    {
        var flipped = view.Uniform(FlipDraw) < options.FlipProbability;
        var (lowAspect, highAspect) = options.LogAspect;
        for (var attempt = 0; attempt < Attempts; attempt++)
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
