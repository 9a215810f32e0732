using Stages.Learning.Randomness;
using static TorchSharp.torch;

namespace Stages.Imaging.Augmentation;

/// <summary>
/// Colour jitter (SimCLR appendix A; google-research/simclr, data_util.py): brightness, contrast, saturation and hue in an order
/// drawn per image, clipped after each. An image of one channel has no saturation and no hue to change.
/// </summary>
internal static class Jitter
{
    private const int Operations = 4;

    /// <param name="x_NCHW">Floats of [0, 1], one or three channels.</param>
    /// <param name="options">Chance and strengths.</param>
    /// <param name="views">One key an image.</param>
    public static Tensor Apply(Tensor x_NCHW, ViewOptions options, ReadOnlySpan<RandomKey> views) =>
        x_NCHW.shape[1] == 1 ? Grey(x_NCHW, options, views) : Colour(x_NCHW, options, views);

    /// <summary>
    /// One pass serves both orders of brightness and contrast: contrast before brightness, brightness, contrast after it, where one of
    /// the two contrasts has factor 1.
    /// </summary>
    private static Tensor Grey(Tensor x_N1HW, ViewOptions options, ReadOnlySpan<RandomKey> views)
    {
        var before = new float[views.Length];
        var brightness = new float[views.Length];
        var after = new float[views.Length];
        for (var i = 0; i < views.Length; i++)
        {
            var applies = views[i].Uniform(ViewDraws.Jitter) < options.JitterProbability;
            var contrastFirst = views[i].Uniform(ViewDraws.GreyOrder) < 0.5;
            var contrast = applies ? Factor(views[i], ViewDraws.Contrast, options.Contrast) : 1;
            brightness[i] = applies ? Factor(views[i], ViewDraws.Brightness, options.Brightness) : 1;
            before[i] = contrastFirst ? contrast : 1;
            after[i] = contrastFirst ? 1 : contrast;
        }

        var jittered = Photometric.Contrast(x_N1HW, Column(before, x_N1HW.device));
        jittered = Photometric.Brightness(jittered, Column(brightness, x_N1HW.device));
        return Photometric.Contrast(jittered, Column(after, x_N1HW.device));
    }

    /// <summary>Four rounds; in each, every operation works on the images whose turn it is.</summary>
    private static Tensor Colour(Tensor x_N3HW, ViewOptions options, ReadOnlySpan<RandomKey> views)
    {
        using var scope = NewDisposeScope();
        var turns = new List<(int Image, float Factor)>[Operations, Operations];
        for (var i = 0; i < views.Length; i++)
        {
            if (views[i].Uniform(ViewDraws.Jitter) >= options.JitterProbability)
            {
                continue;
            }

            float[] factors =
            [
                Factor(views[i], ViewDraws.Brightness, options.Brightness),
                Factor(views[i], ViewDraws.Contrast, options.Contrast),
                Factor(views[i], ViewDraws.Saturation, options.Saturation),
                (float)views[i].Uniform(ViewDraws.Hue, -options.Hue, options.Hue),
            ];
            var order = views[i].Fold("jitter order").Permutation(Operations);
            for (var round = 0; round < Operations; round++)
            {
                (turns[round, order[round]] ??= []).Add((i, factors[order[round]]));
            }
        }

        var result = x_N3HW.clone();
        for (var round = 0; round < Operations; round++)
        {
            for (var operation = 0; operation < Operations; operation++)
            {
                if (turns[round, operation] is { } turn)
                {
                    Change(result, operation, turn);
                }
            }
        }

        return result.MoveToOuterDisposeScope();
    }

    private static void Change(Tensor x_N3HW, int operation, List<(int Image, float Factor)> turn)
    {
        using var scope = NewDisposeScope();
        var index_M = tensor(turn.Select(t => (long)t.Image).ToArray()).to(x_N3HW.device);
        var factor_M111 = Column([.. turn.Select(t => t.Factor)], x_N3HW.device);
        var x_M3HW = x_N3HW.index_select(0, index_M);
        x_N3HW.index_copy_(0, index_M, operation switch
        {
            0 => Photometric.Brightness(x_M3HW, factor_M111),
            1 => Photometric.Contrast(x_M3HW, factor_M111),
            2 => Photometric.Saturation(x_M3HW, factor_M111),
            _ => Photometric.Hue(x_M3HW, factor_M111),
        });
    }

    private static float Factor(RandomKey view, int draw, double strength) =>
        (float)view.Uniform(draw, Math.Max(0, 1 - strength), 1 + strength);

    private static Tensor Column(float[] values, Device device) => tensor(values, [values.Length, 1, 1, 1]).to(device);
}
