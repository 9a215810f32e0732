using Stages.Imaging.Augmentation;
using Stages.Imaging.Loading;
using Stages.Learning.Randomness;
using static TorchSharp.torch;

namespace Stages.Distill;

/// <summary>
/// The labelled images that join a step of distillation (SimCLRv2, equation 4): a crop-and-flip view each, drawn anew every
/// epoch, in an order of their own.
/// </summary>
/// <param name="bank">The training images.</param>
/// <param name="indices">Which of them are labelled; no other label is read.</param>
/// <param name="crop">How the views are drawn: as those that the teacher labelled.</param>
/// <param name="batchSize">M, images a step; an image comes twice where there are fewer.</param>
/// <param name="random">The stage's key.</param>
internal sealed class LabelledViews(ImageBank bank, IReadOnlyList<int> indices, CropOptions crop, int batchSize, RandomKey random)
{
    private readonly RandomKey _random = random.Fold("labelled");
    private readonly BatchPlan _batches = new(random.Fold("labelled"), indices.Count, batchSize);

    /// <summary>M.</summary>
    public int BatchSize => batchSize;

    /// <summary>Views and classes of step <paramref name="step"/>, from 0.</summary>
    public (Tensor View_MCHW, Tensor Labels_M) At(long step)
    {
        using var scope = NewDisposeScope();
        var shape = bank.Images.Shape;
        var samples = _batches.At(step);
        var images = samples.Select(sample => indices[sample.Index]).ToArray();
        var crops = samples.Select(sample => CropSampler.Draw(sample.View(_random, 0), crop, shape.Height, shape.Width)).ToArray();
        return (CropRenderer.Render(bank.Take(images), crops).MoveToOuterDisposeScope(), bank.Labels(images).MoveToOuterDisposeScope());
    }
}
