using Distill.Imaging.Loading;
using Distill.Learning.Randomness;

namespace Distill.Distill;

/// <summary>
/// The stored views of each step. All of them come once per pass, in an order that is drawn for each pass. If several views of an image
/// come together, the images are in random order, and each image shows its views in an order of its own.
/// </summary>
/// <remarks>It is a pure function of the step, so loader threads may call it ahead.</remarks>
internal sealed class StoredOrder
{
    private readonly RandomKey _random;
    private readonly int _viewsPerImage;
    private readonly int _together;
    private readonly BatchPlan _batches;

    /// <param name="random">The random key of the stage.</param>
    /// <param name="views">Number of stored views.</param>
    /// <param name="viewsPerImage">Number of views of each image, in neighboring rows; unused unless several come together.</param>
    /// <param name="batchSize">Views per step, a multiple of <paramref name="together"/>.</param>
    /// <param name="together">Views of an image in a step, a divisor of <paramref name="viewsPerImage"/>.</param>
    public StoredOrder(RandomKey random, int views, int viewsPerImage, int batchSize, int together)
    {
        (_random, _viewsPerImage, _together) = (random.Fold("views"), viewsPerImage, together);
        _batches = new BatchPlan(random, together == 1 ? views : views / viewsPerImage, batchSize / together);
    }

    /// <summary>Passes over all views after a number of steps.</summary>
    public double PassesAfter(long steps) => _batches.EpochsAfter(steps) * (_together == 1 ? 1 : (double)_together / _viewsPerImage);

    /// <summary>Returns the rows of a step, counted from 0.</summary>
    public int[] At(long step)
    {
        var samples = _batches.At(step);
        return _together == 1 ? [.. samples.Select(sample => sample.Index)] : [.. samples.SelectMany(ViewsOf)];
    }

    private IEnumerable<int> ViewsOf(Sample sample)
    {
        var (pass, first) = Math.DivRem(sample.Epoch * _together, _viewsPerImage);
        var order = _random.Fold(sample.Index).Fold(pass).Permutation(_viewsPerImage);
        return order.AsSpan((int)first, _together).ToArray().Select(view => sample.Index * _viewsPerImage + view);
    }
}
