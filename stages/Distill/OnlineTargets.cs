// N views of a step, K classes, C channels, H height, W width
using Distill.Imaging.Augmentation;
using Distill.Imaging.Evaluation;
using Distill.Imaging.Loading;
using Distill.Learning.Networks.Inference;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Distill.Distill;

/// <summary>
/// Fresh views in every step, which the teacher labels in inference mode before the student sees them, as in SimCLRv2. Nothing is stored,
/// and no view comes twice; the price is the teacher's forward pass in every step.
/// </summary>
internal sealed class OnlineTargets : ITargets
{
    private readonly ImageBank _bank;
    private readonly IReadOnlyList<int> _images;
    private readonly CropOptions _crop;
    private readonly Compute _compute;
    private readonly RandomKey _random;
    private readonly nn.Module<Tensor, Tensor> _network;
    private readonly IInferenceModule _teacher;
    private readonly int _viewsPerBatch;
    private readonly int _together;
    private readonly BatchPlan _batches;
    private int _first;
    private Tensor? _logits_NK;

    /// <param name="teacher">The teacher, on the device; owned by this object.</param>
    /// <param name="bank">The training images.</param>
    /// <param name="images">Indices of the images to learn from.</param>
    /// <param name="crop">How the views are drawn.</param>
    /// <param name="options">Views per step, and how many of them are of the same image.</param>
    /// <param name="compute">Device and arithmetic.</param>
    /// <param name="random">The random key of the stage.</param>
    public OnlineTargets(
        nn.Module<Tensor, Tensor> teacher,
        ImageBank bank,
        IReadOnlyList<int> images,
        CropOptions crop,
        DistillOptions options,
        Compute compute,
        RandomKey random)
    {
        (_bank, _images, _crop, _compute, _random) = (bank, images, crop, compute, random.Fold("online"));
        _together = options.ViewsTogether;
        _network = teacher;
        _teacher = InferenceNetwork.Create(teacher, compute);
        _viewsPerBatch = Inference.BatchSize(bank.Images.Shape, compute, teacher);
        _batches = new BatchPlan(_random, images.Count, options.Training.BatchSize / _together);
    }

    /// <inheritdoc/>
    public double EpochsAfter(long steps) => _batches.EpochsAfter(steps);

    /// <inheritdoc/>
    public IEnumerable<ViewRequest> ViewsAt(long step) =>
        from sample in _batches.At(step)
        from view in Enumerable.Range(0, _together)
        select _bank.Draw(_images[sample.Index], _crop, sample.View(_random, view));

    /// <inheritdoc/>
    public void Show(StepInputs inputs, int first, long[] views)
    {
        _first = first;
        _logits_NK?.Dispose();
        var batches = views.Chunk(_viewsPerBatch).ToArray();
        _logits_NK = Inference.Forward(_teacher, batches.Length, batch => inputs.At(batches[batch]), _compute).DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public Tensor LogitsAt(long step, Range views)
    {
        var (first, count) = views.GetOffsetAndLength(_first + (int)_logits_NK!.shape[0]);
        return _logits_NK.narrow(0, first - _first, count);
    }

    public void Dispose()
    {
        _teacher.Dispose();
        _network.Dispose();
        _logits_NK?.Dispose();
    }
}
