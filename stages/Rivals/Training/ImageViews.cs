using Distill.Imaging.Augmentation;
using Distill.Imaging.Loading;
using Distill.Learning.Arithmetic;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using static TorchSharp.torch;

// B images of a step, V views of each
namespace Distill.Rivals.Training;

/// <summary>Views of a step's images. All views of an image are neighbors in the batch.</summary>
internal sealed class ImageViews : IDisposable
{
    private readonly ImageBank _images;
    private readonly BatchPlan _batches;
    private readonly Func<StepInputs, long, StepInputs>?[] _changes;
    private readonly ViewLoader[] _loaders;

    /// <param name="images">The training images; owned by the caller.</param>
    /// <param name="augmentations">Augmentations of all views.</param>
    /// <param name="training">B, and the number of steps.</param>
    /// <param name="random">Draws images and views.</param>
    /// <param name="changes">What is made of each view: a function of its rows and the step, or null.</param>
    public ImageViews(
        ImageBank images,
        AugmentationOptions augmentations,
        TrainingOptions training,
        RandomKey random,
        params Func<StepInputs, long, StepInputs>?[] changes)
    {
        (_images, _changes, ImagesPerStep) = (images, changes, training.BatchSize);
        _batches = new BatchPlan(random, images.Images.Count, training.BatchSize);
        _loaders =
        [
            .. Enumerable.Range(0, changes.Length).Select(view => new ViewLoader(images, step => PlanOf(step, view), training.Steps)),
        ];

        ViewBatch PlanOf(long step, int view) =>
            new([.. _batches.At(step).Select(sample => images.Draw(sample.Index, augmentations.Crop, sample.View(random, view)))])
            {
                Operations = augmentations.Operations,
            };
    }

    /// <summary>B.</summary>
    public int ImagesPerStep { get; }

    /// <summary>Epochs done after a number of steps.</summary>
    public double EpochsAfter(long step) => _batches.EpochsAfter(step);

    /// <summary>Returns the numbers of a step's images, [B].</summary>
    public Tensor ImagesOf(long step) => tensor([.. _batches.At(step).Select(sample => (long)sample.Index)]).OnDevice(_images.Device);

    /// <summary>Loads the views of a step.</summary>
    public StepInputs At(long step, BatchShare share)
    {
        StepInputs[] views = [.. _loaders.Zip(_changes, (loader, change) => Changed(loader.InputsAt(step, share), change))];
        return views.Length == 1 ? views[0] : new InterleavedInputs(views);

        StepInputs Changed(StepInputs rows, Func<StepInputs, long, StepInputs>? change) => change?.Invoke(rows, step) ?? rows;
    }

    /// <summary>Takes outputs of the rows of all views apart: [B, …] for each view.</summary>
    public IReadOnlyList<Tensor> Split(Tensor outputs) => UnlabeledViews.Split(outputs, _loaders.Length);

    public void Dispose()
    {
        foreach (var loader in _loaders)
        {
            loader.Dispose();
        }
    }
}
