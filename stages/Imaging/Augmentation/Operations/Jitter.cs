using Distill.Learning.Arithmetic;
using Distill.Learning.Randomness;
using Distill.Pipeline.Options;
using static TorchSharp.torch;

namespace Distill.Imaging.Augmentation.Operations;

/// <summary>
/// Color jitter (SimCLR appendix A; google-research/simclr, data_util.py): brightness, contrast, saturation and hue in an order
/// drawn per image, clipped after each. An image of one channel has no saturation and no hue to change.
/// </summary>
/// <param name="Probability">Chance; 0.8 in SimCLR.</param>
/// <param name="Brightness">Strength b: multiplied by a factor of [1−b, 1+b]; 0.8·s in SimCLR, where s = 0.5 for CIFAR-10 makes the default.</param>
/// <param name="Contrast">Strength c: deviations from the mean gray are multiplied by a factor of [1−c, 1+c]; 0.8·s in SimCLR.</param>
/// <param name="Saturation">Strength s: deviations from a pixel's gray are multiplied by a factor of [1−s, 1+s]; 0.8·s in SimCLR.</param>
/// <param name="Hue">Strength h: turned by [−h, h] whole turns; 0.2·s in SimCLR.</param>
internal sealed record Jitter(double Probability, double Brightness, double Contrast, double Saturation, double Hue)
    : ViewOperation(Probability), ISingleView
{
    private const int Changes = 4;

    public static Jitter Read(JsonSection section) => new(
        section.Number("probability", 0.8, 0, 1, ProbabilityHelp),
        section.Number("brightness", 0.4, 0, 1, "Largest relative change of brightness."),
        section.Number("contrast", 0.4, 0, 1, "Largest relative change of contrast."),
        section.Number("saturation", 0.4, 0, 1, "Largest relative change of saturation."),
        section.Number("hue", 0.1, 0, 0.5, "Largest change of hue, in full turns."));

    /// <inheritdoc/>
    public override Tensor Apply(Tensor x_NCHW, ReadOnlySpan<RandomKey> views) =>
        x_NCHW.shape[1] == 1 ? Gray(x_NCHW, views) : Color(x_NCHW, views);

    /// <inheritdoc/>
    public void Change(ViewSpan view, RandomKey key)
    {
        if (!Chooses(key, ViewDraws.Jitter))
        {
            return;
        }

        if (view.Channels == 1)
        {
            var first = ContrastFirst(key) ? 1 : 0;
            Change(view, first, FactorOf(key, first));
            Change(view, 1 - first, FactorOf(key, 1 - first));
            return;
        }

        foreach (var change in Order(key))
        {
            Change(view, change, FactorOf(key, change));
        }
    }

    private static void Change(ViewSpan view, int change, float factor)
    {
        switch (change)
        {
            case 0:
                VectorRow.Change(view.Values, new ContrastChange(0, factor));
                break;
            case 1:
                VectorRow.Change(view.Values, new ContrastChange(VectorRow.MeanGray(view), factor));
                break;
            case 2:
                VectorRow.ChangeColor(view, new SaturationChange(factor));
                break;
            default:
                VectorRow.ChangeColor(view, new HueChange(factor));
                break;
        }
    }

    /// <summary>
    /// One pass serves both orders of brightness and contrast: contrast before brightness, brightness, contrast after it, where one of
    /// the two contrasts has factor 1.
    /// </summary>
    private Tensor Gray(Tensor x_N1HW, ReadOnlySpan<RandomKey> views)
    {
        var before = new float[views.Length];
        var brightness = new float[views.Length];
        var after = new float[views.Length];
        for (var i = 0; i < views.Length; i++)
        {
            var applies = Chooses(views[i], ViewDraws.Jitter);
            var contrastFirst = ContrastFirst(views[i]);
            var contrast = applies ? FactorOf(views[i], 1) : 1;
            brightness[i] = applies ? FactorOf(views[i], 0) : 1;
            before[i] = contrastFirst ? contrast : 1;
            after[i] = contrastFirst ? 1 : contrast;
        }

        var jittered = Photometric.Contrast(x_N1HW, Column(before, x_N1HW.device));
        jittered = Photometric.Brightness(jittered, Column(brightness, x_N1HW.device));
        return Photometric.Contrast(jittered, Column(after, x_N1HW.device));
    }

    /// <summary>Four rounds; in each, every change works on the images whose turn it is.</summary>
    private Tensor Color(Tensor x_N3HW, ReadOnlySpan<RandomKey> views)
    {
        using var scope = NewDisposeScope();
        var turns = new List<(int Image, float Factor)>[Changes, Changes];
        for (var i = 0; i < views.Length; i++)
        {
            if (!Chooses(views[i], ViewDraws.Jitter))
            {
                continue;
            }

            var order = Order(views[i]);
            for (var round = 0; round < Changes; round++)
            {
                (turns[round, order[round]] ??= []).Add((i, FactorOf(views[i], order[round])));
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
        var index_M = tensor(turn.Select(t => (long)t.Image).ToArray()).OnDevice(x_N3HW.device);
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

    private static bool ContrastFirst(RandomKey view) => view.Uniform(ViewDraws.GrayOrder) < 0.5;

    /// <summary>The order of brightness (0), contrast (1), saturation (2) and hue (3) in an image of three channels.</summary>
    private static int[] Order(RandomKey view) => view.Fold("jitter order").Permutation(Changes);

    /// <summary>The factor of one of the four changes; of the hue, the turn.</summary>
    private float FactorOf(RandomKey view, int change) => change switch
    {
        0 => Factor(view, ViewDraws.Brightness, Brightness),
        1 => Factor(view, ViewDraws.Contrast, Contrast),
        2 => Factor(view, ViewDraws.Saturation, Saturation),
        _ => (float)view.Uniform(ViewDraws.Hue, -Hue, Hue),
    };

    private static float Factor(RandomKey view, int draw, double strength) =>
        (float)view.Uniform(draw, Math.Max(0, 1 - strength), 1 + strength);

    private static Tensor Column(float[] values, Device device) => tensor(values, [values.Length, 1, 1, 1]).OnDevice(device);
}
