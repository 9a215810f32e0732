// N images, C channels, H height, W width
using Distill.Datasets.Images;
using Distill.Imaging.Evaluation;
using Distill.Imaging.Loading;
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Distill.Export;

/// <summary>
/// Evenly spaced training images in batches. Even batches calibrate the int8 ranges; odd ones choose the rule and check the models.
/// </summary>
/// <param name="batches">images_NCHW of each batch; this object owns them.</param>
internal sealed class CalibrationImages(IReadOnlyList<Tensor> batches) : IDisposable
{
    // Images that calibrate, and as many that check.
    private const int MaximumImages = 512;

    private const int LargestBatch = 64;

    /// <summary>Batches images_NCHW that the ranges come from.</summary>
    public IReadOnlyList<Tensor> Calibrating => [.. batches.Where((_, i) => i % 2 == 0)];

    /// <summary>Batches images_NCHW on which the models are compared with the network.</summary>
    public IReadOnlyList<Tensor> Checking => [.. batches.Where((_, i) => i % 2 == 1)];

    /// <summary>Number of images in <see cref="Calibrating"/>.</summary>
    public long CalibratingCount => Calibrating.Sum(images => images.shape[0]);

    /// <summary>Number of images in <see cref="Checking"/>.</summary>
    public long CheckingCount => Checking.Sum(images => images.shape[0]);

    /// <summary>Loads the images from the training split.</summary>
    public static CalibrationImages Load(ImageSet train, int loaderThreads)
    {
        using var bank = ImageBank.Open(train, CPU, loaderThreads);
        var count = Math.Min(2 * MaximumImages, train.Count);

        // Calibration reads every value of the network for all images of a batch, so a batch must fit into memory with them.
        var fitting = Math.Min(LargestBatch, Inference.BatchSize(train.Shape, new Compute(CPU, Bf16: false)));
        var batch = Math.Min(fitting, Math.Max(1, count / 2));
        return new CalibrationImages(
            [.. EvenlySpaced.Indices(train.Count, count).Chunk(batch).Select(chunk => bank.Take(chunk).DetachFromDisposeScope())]);
    }

    public void Dispose()
    {
        foreach (var images in batches)
        {
            images.Dispose();
        }
    }
}
