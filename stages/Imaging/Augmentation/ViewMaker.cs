using Stages.Learning.Randomness;
using static TorchSharp.torch;

namespace Stages.Imaging.Augmentation;

/// <summary>Makes views of a batch of images, every draw made per image from that view's own key.</summary>
public static class ViewMaker
{
    /// <param name="images_NCHW">Floats of [0, 1].</param>
    /// <param name="options">The composition.</param>
    /// <param name="views">One key an image: of (seed, stage, epoch, image, view).</param>
    /// <param name="size">Height and width of the views; null for those of the images.</param>
    /// <returns>[N, C, height, width], floats of [0, 1].</returns>
    public static Tensor Make(Tensor images_NCHW, ViewOptions options, ReadOnlySpan<RandomKey> views, int? size = null)
    {
        using var scope = NewDisposeScope();
        var (height, width) = ((int)images_NCHW.shape[2], (int)images_NCHW.shape[3]);
        var crops = new Crop[views.Length];
        for (var i = 0; i < views.Length; i++)
        {
            crops[i] = CropSampler.Draw(views[i], options.Crop, height, width);
        }

        return Change(CropRenderer.Render(images_NCHW, crops, size), options, views).MoveToOuterDisposeScope();
    }

    /// <summary>All that follows the crop.</summary>
    /// <param name="view_NCHW">Floats of [0, 1], cropped.</param>
    /// <param name="options">The composition.</param>
    /// <param name="views">One key an image.</param>
    /// <returns>[N, C, H, W], floats of [0, 1].</returns>
    public static Tensor Change(Tensor view_NCHW, ViewOptions options, ReadOnlySpan<RandomKey> views)
    {
        using var scope = NewDisposeScope();
        if (options.JitterProbability > 0)
        {
            view_NCHW = Jitter.Apply(view_NCHW, options, views);
        }

        if (options.GreyscaleProbability > 0 && view_NCHW.shape[1] > 1)
        {
            view_NCHW = Greyscale(view_NCHW, options, views);
        }

        if (options.BlurProbability > 0)
        {
            view_NCHW = Blur(view_NCHW, options, views);
        }

        return view_NCHW.alias().MoveToOuterDisposeScope();
    }

    private static Tensor Greyscale(Tensor view_NCHW, ViewOptions options, ReadOnlySpan<RandomKey> views)
    {
        var applies = new bool[views.Length];
        for (var i = 0; i < views.Length; i++)
        {
            applies[i] = views[i].Uniform(ViewDraws.Greyscale) < options.GreyscaleProbability;
        }

        return where(tensor(applies, [views.Length, 1, 1, 1]).to(view_NCHW.device), Photometric.Greyscale(view_NCHW), view_NCHW);
    }

    private static Tensor Blur(Tensor view_NCHW, ViewOptions options, ReadOnlySpan<RandomKey> views)
    {
        var sigma = new double[views.Length];
        for (var i = 0; i < views.Length; i++)
        {
            var applies = views[i].Uniform(ViewDraws.Blur) < options.BlurProbability;
            sigma[i] = applies ? views[i].Uniform(ViewDraws.Sigma, options.BlurSigma.Low, options.BlurSigma.High) : 0;
        }

        return GaussianBlur.Apply(view_NCHW, sigma);
    }
}
