using Distill.Datasets.Images;
using Distill.Imaging.Evaluation;
using Distill.Imaging.Loading;
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Distill.Export;

/// <summary>Training images, spread over the whole split, in batches: every other one calibrates, those between choose and check.</summary>
/// <param name="batches">images_NCHW each, disposed of with this.</param>
internal sealed class CalibrationImages(IReadOnlyList<Tensor> batches) : IDisposable
{
    /// <summary>That calibrate, and as many others.</summary>
    public const int Most = 512;

    private const int LargestBatch = 64;

    /// <summary>images_NCHW that ranges are taken from.</summary>
    public IReadOnlyList<Tensor> Seen => [.. batches.Where((_, i) => i % 2 == 0)];

    /// <summary>images_NCHW that are compared with the network.</summary>
    public IReadOnlyList<Tensor> Others => [.. batches.Where((_, i) => i % 2 == 1)];

    public long SeenCount => Seen.Sum(images => images.shape[0]);

    public static CalibrationImages Of(ImageSet train, int loaderThreads)
    {
        using var bank = ImageBank.Open(train, CPU, loaderThreads);
        var count = Math.Min(2 * Most, train.Count);

        // Every value of a network is looked at for all images of a batch.
        var batch = Math.Min(Math.Min(LargestBatch, Inference.BatchSize(train.Shape, new Compute(CPU, Bf16: false))), Math.Max(1, count / 2));
        return new CalibrationImages(
            [.. Enumerable.Range(0, count).Select(i => (int)((long)i * train.Count / count)).Chunk(batch).Select(chunk => bank.Take(chunk).DetachFromDisposeScope())]);
    }

    public void Dispose()
    {
        foreach (var images in batches)
        {
            images.Dispose();
        }
    }
}
