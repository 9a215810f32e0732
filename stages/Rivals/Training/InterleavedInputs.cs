// N images, V views of each, C channels, H height, W width
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Distill.Rivals.Training;

/// <summary>Views of images from several sources: all views of the first image, then those of the second one, and so on.</summary>
/// <param name="views">One source for each view, of the same images and the same share; owned by this object.</param>
internal sealed class InterleavedInputs(IReadOnlyList<StepInputs> views) : StepInputs
{
    /// <inheritdoc/>
    public override long BatchRows => views.Count * views[0].BatchRows;

    /// <inheritdoc/>
    public override BatchShare Share => views[0].Share;

    /// <inheritdoc/>
    public override Tensor Part(long first, long count)
    {
        using var scope = NewDisposeScope();
        // All views of the images that the rows touch. The share begins with an image only if it is a whole number of images.
        var start = FirstInBatch + first;
        var (image, end) = (start / views.Count, (start + count + views.Count - 1) / views.Count);
        var own = views[0].FirstInBatch;
        Tensor[] parts = [.. views.Select(view => view.Part(image - own, end - image))];
        var all = stack(parts, 1).flatten(0, 1);
        return all.narrow(0, start - image * views.Count, count).contiguous().MoveToOuterDisposeScope();
    }

    protected override void Dispose(bool disposing)
    {
        foreach (var view in views)
        {
            view.Dispose();
        }
    }
}
