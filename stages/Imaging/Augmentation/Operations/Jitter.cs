using Stages.Learning.Randomness;
using Stages.Pipeline.Options;
using static TorchSharp.torch;

namespace Stages.Imaging.Augmentation.Operations;

/// <summary>
/// Colour jitter (SimCLR appendix A; google-research/simclr, data_util.py): brightness, contrast, saturation and hue in an order
/// drawn per image, clipped after each. An image of one channel has no saturation and no hue to change.
/// </summary>
/// <param name="Probability">Chance; 0.8 in SimCLR.</param>
/// <param name="Brightness">Strength b: multiplied by a factor of [1−b, 1+b]; 0.8·s in SimCLR, where s = 0.5 for CIFAR-10 makes the default.</param>
/// <param name="Contrast">Strength c: deviations from the mean grey are multiplied by a factor of [1−c, 1+c]; 0.8·s in SimCLR.</param>
/// <param name="Saturation">Strength s: deviations from a pixel's grey are multiplied by a factor of [1−s, 1+s]; 0.8·s in SimCLR.</param>
/// <param name="Hue">Strength h: turned by [−h, h] whole turns; 0.2·s in SimCLR.</param>
public sealed record Jitter(double Probability, double Brightness, double Contrast, double Saturation, double Hue)
    : ViewOperation(Probability)
{
    private const int Changes = 4;

    public static Jitter Read(JsonSection section) => new(
        section.Number("probability", 0.8, 0, 1),
        section.Number("brightness", 0.4, 0, 1),
        section.Number("contrast", 0.4, 0, 1),
        section.Number("saturation", 0.4, 0, 1),
        section.Number("hue", 0.1, 0, 0.5));

    /// <inheritdoc/>
    public override Tensor Apply(Tensor x_NCHW, ReadOnlySpan<RandomKey> views) =>
        x_NCHW.shape[1] == 1 ? Grey(x_NCHW, views) : Colour(x_NCHW, views);

    /// <summary>
    /// One pass serves both orders of brightness and contrast: contrast before brightness, brightness, contrast after it, where one of
    /// the two contrasts has factor 1.
    /// </summary>
    private Tensor Grey(Tensor x_N1HW, ReadOnlySpan<RandomKey> views)
    {
        var before = new float[views.Length];
        var brightness = new float[views.Length];
        var after = new float[views.Length];
        for (var i = 0; i < views.Length; i++)
        {
            var applies = views[i].Uniform(ViewDraws.Jitter) < Probability;
            var contrastFirst = views[i].Uniform(ViewDraws.GreyOrder) < 0.5;
            var contrast = applies ? Factor(views[i], ViewDraws.Contrast, Contrast) : 1;
            brightness[i] = applies ? Factor(views[i], ViewDraws.Brightness, Brightness) : 1;
            before[i] = contrastFirst ? contrast : 1;
            after[i] = contrastFirst ? 1 : contrast;
        }

        var jittered = Photometric.Contrast(x_N1HW, Column(before, x_N1HW.device));
        jittered = Photometric.Brightness(jittered, Column(brightness, x_N1HW.device));
        return Photometric.Contrast(jittered, Column(after, x_N1HW.device));
    }

    /// <summary>Four rounds; in each, every change works on the images whose turn it is.</summary>
    private Tensor Colour(Tensor x_N3HW, ReadOnlySpan<RandomKey> views)
    {
        using var scope = NewDisposeScope();
        var turns = new List<(int Image, float Factor)>[Changes, Changes];
        for (var i = 0; i < views.Length; i++)
        {
            if (views[i].Uniform(ViewDraws.Jitter) >= Probability)
            {
                continue;
            }

            float[] factors =
            [
                Factor(views[i], ViewDraws.Brightness, Brightness),
                Factor(views[i], ViewDraws.Contrast, Contrast),
                Factor(views[i], ViewDraws.Saturation, Saturation),
                (float)views[i].Uniform(ViewDraws.Hue, -Hue, Hue),
            ];
            var order = views[i].Fold("jitter order").Permutation(Changes);
            for (var round = 0; round < Changes; round++)
            {
                (turns[round, order[round]] ??= []).Add((i, factors[order[round]]));
            }
        }

        var result = x_N3HW.clone();
        for (var round = 0; round < Changes; round++)
        {
            for (var change = 0; change < Changes; change++)
            {
                if (turns[round, change] is { } turn)
                {
                    Change(result, change, turn);
                }
            }
        }

        return result.MoveToOuterDisposeScope();
    }

    private static void Change(Tensor x_N3HW, int change, List<(int Image, float Factor)> turn)
    {
        using var scope = NewDisposeScope();
        var index_M = tensor(turn.Select(t => (long)t.Image).ToArray()).to(x_N3HW.device);
        var factor_M111 = Column([.. turn.Select(t => t.Factor)], x_N3HW.device);
        var x_M3HW = x_N3HW.index_select(0, index_M);
        x_N3HW.index_copy_(0, index_M, change switch
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
