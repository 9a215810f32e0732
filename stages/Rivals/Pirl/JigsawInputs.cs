using Distill.Learning.Arithmetic;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using static TorchSharp.torch;

// N views, C channels, H height, W width
namespace Distill.Rivals.Pirl;

/// <summary>
/// Views whose patches change places (Noroozi and Favaro 2016). Patches are thirds of the image without gaps: at 28 pixels the paper's gaps
/// would leave too little. Pixels beyond three whole patches stay where they are, and <see cref="PirlNetwork"/> leaves them out.
/// </summary>
/// <param name="views">The views; owned by this object.</param>
/// <param name="random">Draws an order of the patches for each row of the batch.</param>
internal sealed class JigsawInputs(StepInputs views, RandomKey random) : StepInputs
{
    /// <inheritdoc/>
    public override long BatchRows => views.BatchRows;

    /// <inheritdoc/>
    public override BatchShare Share => views.Share;

    /// <inheritdoc/>
    public override Tensor Part(long first, long count)
    {
        using var scope = NewDisposeScope();
        var views_NCHW = views.Part(first, count);
        var (height, width) = ((int)views_NCHW.shape[2], (int)views_NCHW.shape[3]);
        var sources = new long[count * height * width];
        for (var row = 0; row < count; row++)
        {
            Fill(sources.AsSpan(row * height * width, height * width), height, width, random.Fold(FirstInBatch + first + row));
        }

        var sources_N1P = tensor(sources, [count, 1, height * width]).OnDevice(views_NCHW.device);
        var channels = views_NCHW.shape[1];
        return views_NCHW.flatten(2).gather(2, sources_N1P.expand(-1, channels, -1)).view(views_NCHW.shape).MoveToOuterDisposeScope();
    }

    protected override void Dispose(bool disposing) => views.Dispose();

    /// <summary>Fills in where each pixel comes from.</summary>
    private static void Fill(Span<long> sources, int height, int width, RandomKey key)
    {
        var order = key.Permutation(Patches.Count);
        var (tall, wide) = (height / Patches.PerSide, width / Patches.PerSide);
        for (var place = 0; place < sources.Length; place++)
        {
            var (y, x) = (place / width, place % width);
            if (y >= Patches.PerSide * tall || x >= Patches.PerSide * wide)
            {
                sources[place] = place;
                continue;
            }

            var from = order[y / tall * Patches.PerSide + x / wide];
            var (fromY, fromX) = (from / Patches.PerSide * tall + y % tall, from % Patches.PerSide * wide + x % wide);
            sources[place] = fromY * width + fromX;
        }
    }
}
