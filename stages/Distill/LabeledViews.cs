using Distill.Imaging.Augmentation;
using Distill.Imaging.Loading;
using Distill.Learning.Randomness;
using static TorchSharp.torch;

namespace Distill.Distill;

/// <summary>
/// The labeled images that join a step of distillation (SimCLRv2, equation 4): a crop-and-flip view each, drawn anew every
/// epoch, in an order of their own.
/// </summary>
/// <param name="bank">The training images.</param>
/// <param name="indices">Which of them are labeled; no other label is read.</param>
/// <param name="crop">How the views are drawn: as those that the teacher labeled.</param>
/// <param name="batchSize">M, images a step; an image comes twice where there are fewer.</param>
/// <param name="random">The stage's key.</param>
internal sealed class LabeledViews(ImageBank bank, IReadOnlyList<int> indices, CropOptions crop, int batchSize, RandomKey random)
{
    private readonly RandomKey _random = random.Fold("labelled");
    private readonly BatchPlan _batches = new(random.Fold("labelled"), indices.Count, batchSize);

    /// <summary>M.</summary>
    public int BatchSize => batchSize;

    /// <summary>The views of step <paramref name="step"/>, from 0.</summary>
    public IEnumerable<ViewRequest> At(long step) =>
        _batches.At(step).Select(sample => bank.Draw(indices[sample.Index], crop, sample.View(_random, 0)));

    /// <summary>Their classes: [M], 64-bit integers.</summary>
    public Tensor LabelsAt(long step) => bank.Labels(_batches.At(step).Select(sample => indices[sample.Index]));
}
