// N images, M images that a change is applied to, H height, W width
using Distill.Learning.Arithmetic;
using Distill.Learning.Randomness;
using static TorchSharp.torch;

namespace Distill.Imaging.Augmentation.Operations;

/// <content>The batch form.</content>
internal sealed partial record Jitter
{
    /// <inheritdoc/>
    public override Tensor Apply(Tensor x_NCHW, ReadOnlySpan<RandomKey> views) =>
        x_NCHW.shape[1] == 1 ? Gray(x_NCHW, views) : Color(x_NCHW, views);

    /// <summary>
    /// Jitters images of one channel. One pass serves both orders of brightness and contrast: it applies contrast, brightness and
    /// contrast again, and one of the two contrasts has factor 1.
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

        var jittered = ColorBatch.Contrast(x_N1HW, Column(before, x_N1HW.device));
        jittered = ColorBatch.Brightness(jittered, Column(brightness, x_N1HW.device));
        return ColorBatch.Contrast(jittered, Column(after, x_N1HW.device));
    }

    /// <summary>Jitters images of three channels in four rounds. Each round applies every change to the images whose turn it is.</summary>
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
            0 => ColorBatch.Brightness(x_M3HW, factor_M111),
            1 => ColorBatch.Contrast(x_M3HW, factor_M111),
            2 => ColorBatch.Saturation(x_M3HW, factor_M111),
            _ => ColorBatch.Hue(x_M3HW, factor_M111),
        });
    }

    private static Tensor Column(float[] values, Device device) => tensor(values, [values.Length, 1, 1, 1]).OnDevice(device);
}
