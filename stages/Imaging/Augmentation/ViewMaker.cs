using Stages.Learning.Randomness;
using static TorchSharp.torch;

namespace Stages.Imaging.Augmentation;

/// <summary>Makes views of a batch of images, every draw made per image from that view's own key.</summary>
public static class ViewMaker
{
    // Draw numbers beyond those of CropSampler.
    private const int JitterDraw = 300;
    private const int OrderDraw = 301;
    private const int BrightnessDraw = 302;
    private const int ContrastDraw = 303;
    private const int BlurDraw = 304;
    private const int SigmaDraw = 305;

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

        var view_NCHW = CropRenderer.Render(images_NCHW, crops, size);
        if (options.JitterProbability > 0)
        {
            view_NCHW = Jitter(view_NCHW, options, views);
        }

        if (options.BlurProbability > 0)
        {
            view_NCHW = Blur(view_NCHW, options, views);
        }

        return view_NCHW.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Brightness and contrast in an order drawn per image, clipped after each. One pass serves both orders: contrast
    /// before brightness, brightness, contrast after it, where one of the two contrasts has factor 1.
    /// </summary>
    private static Tensor Jitter(Tensor view_NCHW, ViewOptions options, ReadOnlySpan<RandomKey> views)
    {
        var before = new float[views.Length];
        var brightness = new float[views.Length];
        var after = new float[views.Length];
        for (var i = 0; i < views.Length; i++)
        {
            var applies = views[i].Uniform(JitterDraw) < options.JitterProbability;
            var contrastFirst = views[i].Uniform(OrderDraw) < 0.5;
            var contrast = applies ? Factor(views[i], ContrastDraw, options.Contrast) : 1;
            brightness[i] = applies ? Factor(views[i], BrightnessDraw, options.Brightness) : 1;
            before[i] = contrastFirst ? contrast : 1;
            after[i] = contrastFirst ? 1 : contrast;
        }

        var device = view_NCHW.device;
        var jittered = Photometric.Contrast(view_NCHW, Column(before, device));
        jittered = Photometric.Brightness(jittered, Column(brightness, device));
        return Photometric.Contrast(jittered, Column(after, device));
    }

    private static Tensor Blur(Tensor view_NCHW, ViewOptions options, ReadOnlySpan<RandomKey> views)
    {
        var sigma = new double[views.Length];
        for (var i = 0; i < views.Length; i++)
        {
            var applies = views[i].Uniform(BlurDraw) < options.BlurProbability;
            sigma[i] = applies ? views[i].Uniform(SigmaDraw, options.BlurSigma.Low, options.BlurSigma.High) : 0;
        }

        return GaussianBlur.Apply(view_NCHW, sigma);
    }

    private static float Factor(RandomKey view, int draw, double strength) =>
        (float)view.Uniform(draw, Math.Max(0, 1 - strength), 1 + strength);

    private static Tensor Column(float[] values, Device device) => tensor(values, [values.Length, 1, 1, 1]).to(device);
}
