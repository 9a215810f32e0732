using Stages.Imaging.Augmentation;
using Stages.Imaging.Evaluation;
using Stages.Imaging.Loading;
using Stages.Imaging.SoftTargets;
using Stages.Learning.Randomness;
using Stages.Learning.Training;
using static TorchSharp.torch;

namespace Stages.Label;

/// <summary>Asks a teacher for the logits of seeded views, a row group's worth at a time.</summary>
internal sealed class Labeller(
    nn.Module<Tensor, Tensor> teacher, ImageBank bank, LabellingOptions options, Compute compute, RandomKey random)
{
    private const int ImagesPerGroup = 1000;
    private const int ViewsPerBatch = 500;

    /// <summary>The soft targets of images <paramref name="start"/> … <paramref name="end"/>−1, in row groups.</summary>
    /// <param name="start">First image.</param>
    /// <param name="end">One past the last image.</param>
    /// <param name="report">Called with the images done in all and the images just done.</param>
    /// <param name="cancellation">Checked between groups.</param>
    public IEnumerable<IReadOnlyList<SoftTargetRow>> Label(int start, int end, Action<int, int> report, CancellationToken cancellation)
    {
        for (var first = start; first < end; first += ImagesPerGroup)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = Math.Min(ImagesPerGroup, end - first);
            var rows = Enumerable.Range(first, count)
                .SelectMany(image => Enumerable.Range(0, options.Views).Select(view => (image, view)))
                .Chunk(ViewsPerBatch)
                .SelectMany(Ask)
                .ToList();
            report(first + count, count);
            yield return rows;
        }
    }

    private List<SoftTargetRow> Ask((int Image, int View)[] views)
    {
        using var scope = NewDisposeScope();
        var shape = bank.Images.Shape;
        var crops = views
            .Select(v => CropSampler.Draw(random.Fold(v.Image).Fold(v.View), options.Crop, shape.Height, shape.Width))
            .ToArray();
        var view_NCHW = CropRenderer.Render(bank.Take(views.Select(v => v.Image)), crops);
        return SoftTargetRows.Of(views, crops, Inference.Forward(teacher, view_NCHW, compute), options.TopK);
    }
}
