using Stages.Imaging.Evaluation;
using Stages.Imaging.Loading;
using Stages.Imaging.SoftTargets;
using Stages.Learning.Networks.Folded;
using Stages.Learning.Randomness;
using Stages.Learning.Training;
using static TorchSharp.torch;

namespace Stages.Label;

/// <summary>Asks a teacher for the logits of seeded views, a row group's worth at a time.</summary>
internal sealed class Labeller(
    nn.Module<Tensor, Tensor> teacher, ImageBank bank, LabellingOptions options, Compute compute, RandomKey random) : IDisposable
{
    private const int ImagesPerGroup = 1000;

    private readonly IFolded _teacher = FoldedNetwork.Of(teacher, compute);
    private readonly int _viewsPerBatch = Inference.BatchSize(bank.Images.Shape, compute);

    /// <summary>The soft targets of images <paramref name="start"/> … <paramref name="end"/>−1, in row groups.</summary>
    /// <param name="start">First image.</param>
    /// <param name="end">One past the last image.</param>
    /// <param name="report">Called with the images done in all and the images just done.</param>
    /// <param name="cancellation">Checked between groups.</param>
    public IEnumerable<IReadOnlyList<SoftTargetRow>> Label(int start, int end, Action<int, int> report, CancellationToken cancellation)
    {
        var batches = BatchesOf(start, end);
        using var loader = new ViewLoader(bank, batch => PlanOf(batches[(int)batch]), batches.Count);
        using var asked = Inference.ForEach(
            loader, batches.Count, _teacher, (batch, logits_NK) => RowsOf(batches[batch], logits_NK), compute).GetEnumerator();
        for (var first = start; first < end; first += ImagesPerGroup)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = Math.Min(ImagesPerGroup, end - first);
            var rows = new List<SoftTargetRow>(count * options.Views);
            while (rows.Count < count * options.Views && asked.MoveNext())
            {
                rows.AddRange(asked.Current);
            }

            report(first + count, count);
            yield return rows;
        }
    }

    public void Dispose() => _teacher.Dispose();

    /// <summary>The views of each batch; no batch spans two row groups.</summary>
    private List<(int Image, int View)[]> BatchesOf(int start, int end) =>
        [.. Enumerable.Range(start, end - start).Chunk(ImagesPerGroup).SelectMany(images => images
            .SelectMany(image => Enumerable.Range(0, options.Views).Select(view => (image, view)))
            .Chunk(_viewsPerBatch))];

    private ViewBatch PlanOf((int Image, int View)[] views) =>
        new([.. views.Select(v => bank.Draw(v.Image, options.Crop, random.Fold(v.Image).Fold(v.View)))]);

    private List<SoftTargetRow> RowsOf((int Image, int View)[] views, Tensor logits_NK) =>
        SoftTargetRows.Of(views, [.. PlanOf(views).Views.Select(view => view.Crop)], logits_NK, options.TopK);
}
