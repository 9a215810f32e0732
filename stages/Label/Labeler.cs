// N views of a batch, K classes
using Distill.Imaging.Evaluation;
using Distill.Imaging.Loading;
using Distill.Imaging.SoftTargets;
using Distill.Learning.Networks.Inference;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Distill.Label;

/// <summary>Computes a teacher's soft targets of seeded views, one row group at a time.</summary>
internal sealed class Labeler(
    nn.Module<Tensor, Tensor> teacher, ImageBank bank, LabelOptions options, Compute compute, RandomKey random) : IDisposable
{
    private const int MaximumImagesPerGroup = 1000;

    // 4 MiB in fp32, for the writer and for every reader, whatever the number of classes.
    private const int LogitsPerGroup = 1 << 20;

    private readonly IInferenceModule _teacher = InferenceNetwork.Create(teacher, compute);
    private readonly int? _size = Inference.SizeOf(teacher);
    private readonly int _viewsPerBatch = Inference.BatchSize(bank.Images.Shape, compute, teacher);

    private readonly int _imagesPerGroup = Math.Clamp(
        LogitsPerGroup / (
            options.ViewsPerImage * (options.TopK > 0 ? options.TopK : bank.Images.ClassNames.Count)), 1, MaximumImagesPerGroup);

    /// <summary>Computes the soft targets of ranges of images in order, without emptying the loader between ranges.</summary>
    /// <param name="ranges">Ranges of images. No row group spans two of them.</param>
    /// <param name="labeled">Called after each batch, with its number of views.</param>
    /// <param name="cancellation">Checked between batches.</param>
    public IEnumerable<RowGroup> Label(IEnumerable<ImageRange> ranges, Action<int> labeled, CancellationToken cancellation)
    {
        var groups = ranges.SelectMany(range => range.Cut(_imagesPerGroup)).ToArray();
        var batches = groups.SelectMany(BatchesOf).ToArray();
        using var loader = new ViewLoader(bank, batch => PlanOf(batches[(int)batch]), batches.Length);
        using var results = Inference.ForEach(
            loader, batches.Length, _teacher, (batch, logits_NK) => RowsOf(batches[batch], logits_NK), compute).GetEnumerator();
        foreach (var images in groups)
        {
            cancellation.ThrowIfCancellationRequested();
            var rows = new List<SoftTargetRow>(images.Count * options.ViewsPerImage);
            while (rows.Count < images.Count * options.ViewsPerImage && results.MoveNext())
            {
                cancellation.ThrowIfCancellationRequested();
                rows.AddRange(results.Current);
                labeled(results.Current.Count);
            }

            yield return new RowGroup(images, rows);
        }
    }

    public void Dispose() => _teacher.Dispose();

    /// <summary>Splits the views of a row group into batches, so that no batch spans two row groups.</summary>
    private IEnumerable<Batch> BatchesOf(ImageRange images)
    {
        var views = images.Count * options.ViewsPerImage;
        for (var first = 0; first < views; first += _viewsPerBatch)
        {
            yield return new Batch(images.Start, first, Math.Min(_viewsPerBatch, views - first));
        }
    }

    private (int Image, int View)[] ViewsOf(Batch batch) =>
    [
        .. Enumerable.Range(batch.FirstView, batch.Count)
            .Select(view => (batch.FirstImage + (view / options.ViewsPerImage), view % options.ViewsPerImage)),
    ];

    private ViewBatch PlanOf(Batch batch) =>
        new([.. ViewsOf(batch).Select(v => bank.Draw(v.Image, options.Crop, random.Fold(v.Image).Fold(v.View)))], _size);

    private List<SoftTargetRow> RowsOf(Batch batch, Tensor logits_NK) =>
        SoftTargetRows.FromLogits(ViewsOf(batch), [.. PlanOf(batch).Views.Select(view => view.Crop)], logits_NK, options.TopK);

    /// <summary>Consecutive views of a row group. Its views are ordered by image.</summary>
    private readonly record struct Batch(int FirstImage, int FirstView, int Count);
}
