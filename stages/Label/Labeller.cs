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
        var batches = BatchesOf(start, end);
        using var loader = new ViewLoader(bank, batch => PlanOf(batches[(int)batch]), batches.Count);
        for (var (first, batch) = (start, 0); first < end; first += ImagesPerGroup)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = Math.Min(ImagesPerGroup, end - first);
            var rows = new List<SoftTargetRow>(count * options.Views);
            for (; rows.Count < count * options.Views; batch++)
            {
                rows.AddRange(Ask(batches[batch], loader.At(batch)));
            }

            report(first + count, count);
            yield return rows;
        }
    }

    /// <summary>The views of each batch; no batch spans two row groups.</summary>
    private List<(int Image, int View)[]> BatchesOf(int start, int end) =>
        [.. Enumerable.Range(start, end - start).Chunk(ImagesPerGroup).SelectMany(images => images
            .SelectMany(image => Enumerable.Range(0, options.Views).Select(view => (image, view)))
            .Chunk(ViewsPerBatch))];

    private ViewBatch PlanOf((int Image, int View)[] views) =>
        new([.. views.Select(v => bank.Draw(v.Image, options.Crop, random.Fold(v.Image).Fold(v.View)))]);

    private List<SoftTargetRow> Ask((int Image, int View)[] views, Tensor view_NCHW)
    {
        using var scope = NewDisposeScope();
        using var owned = view_NCHW;
        var crops = PlanOf(views).Views.Select(view => view.Crop).ToArray();
        return SoftTargetRows.Of(views, crops, Inference.Forward(teacher, owned, compute), options.TopK);
    }
}
