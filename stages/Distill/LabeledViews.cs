// M labeled images of a step
using Distill.Imaging.Augmentation;
using Distill.Imaging.Loading;
using Distill.Learning.Randomness;
using static TorchSharp.torch;

namespace Distill.Distill;

/// <summary>
/// The labeled images in the steps of distillation (SimCLRv2, equation 4): one crop-and-flip view each, drawn again every epoch, in an
/// order independent of the other images.
/// </summary>
/// <param name="bank">The training images.</param>
/// <param name="indices">Indices of the labeled images; no other label is read.</param>
/// <param name="crop">How the views are drawn.</param>
/// <param name="batchSize">M, labeled images per step. Images repeat if fewer are labeled.</param>
/// <param name="random">The random key of the stage.</param>
internal sealed class LabeledViews(ImageBank bank, IReadOnlyList<int> indices, CropOptions crop, int batchSize, RandomKey random)
{
    private readonly RandomKey _random = random.Fold("labelled");
    private readonly BatchPlan _batches = new(random.Fold("labelled"), indices.Count, batchSize);

    /// <summary>M, labeled images per step.</summary>
    public int BatchSize => batchSize;

    /// <summary>Draws the views of a step, from 0.</summary>
    public IEnumerable<ViewRequest> At(long step) =>
        _batches.At(step).Select(sample => bank.Draw(indices[sample.Index], crop, sample.View(_random, 0)));

    /// <summary>Returns the classes of some of a step's M images, as 64-bit integers.</summary>
    public Tensor LabelsAt(long step, Range images) => bank.Labels(_batches.At(step)[images].Select(sample => indices[sample.Index]));
}
