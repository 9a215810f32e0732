using Distill.Imaging.Augmentation;
using Distill.Learning.Arithmetic;
using static TorchSharp.torch;

// N unlabeled images, B labeled ones, K classes
namespace Distill.Rivals;

/// <summary>
/// A method that learns from labeled and unlabeled images in each step. Its loss is a function of the logits of all rows, which one batch
/// norm sees together, as in the authors' code of FixMatch and UDA.
/// </summary>
/// <param name="Ratio">Unlabeled images per labeled one in a step: μ in FixMatch.</param>
public abstract record RivalMethod(int Ratio)
{
    /// <summary>The method in a few words, for the results.</summary>
    public abstract string Description { get; }

    /// <summary>Increment it when the same options and inputs give different weights.</summary>
    public virtual int Version => 1;

    /// <summary>Views of each unlabeled image in a step.</summary>
    public abstract int ViewsPerImage { get; }

    /// <summary>Rows that a student of the network trains on in a step; 0 if there is none.</summary>
    /// <param name="batchSize">Labeled images of a step.</param>
    public virtual int StudentRows(int batchSize) => 0;

    /// <summary>Whether images must be square.</summary>
    public virtual bool NeedsSquares => false;

    /// <summary>Outputs of the network beyond its classes, for a second head; 0 for none.</summary>
    public virtual int FurtherOutputs => 0;

    /// <summary>Returns the augmentations of each view that is loaded.</summary>
    /// <param name="weak">The augmentations of labeled images.</param>
    internal abstract IReadOnlyList<AugmentationOptions> Views(AugmentationOptions weak);

    /// <summary>Computes the loss of the labeled images; by default, the mean cross entropy.</summary>
    /// <param name="logits_BK">Logits.</param>
    /// <param name="labels_B">Labels.</param>
    /// <param name="progress">Share of the steps that are done, from 0 to 1.</param>
    internal virtual Tensor LabeledLoss(Tensor logits_BK, Tensor labels_B, double progress) =>
        nn.functional.cross_entropy(logits_BK, labels_B);

    /// <summary>Computes the loss of the unlabeled images.</summary>
    /// <param name="logits_NK">Outputs for each view, in the order of <see cref="Views"/> and <see cref="Changes"/>.</param>
    /// <param name="progress">Share of the steps that are done, from 0 to 1.</param>
    /// <returns>The loss, and the share of the images with pseudo-labels, if there are such: scalars.</returns>
    internal abstract (Tensor Loss, Tensor? Used) UnlabeledLoss(IReadOnlyList<Tensor> logits_NK, double progress);

    /// <summary>Labels rows whose most probable class is probable enough.</summary>
    /// <returns>The class of each row, and 1 where it counts, else 0: [N] each, without a graph.</returns>
    internal static (Tensor Classes, Tensor Used) HardLabels(Tensor logits_NK, double threshold)
    {
        var (largest_N, classes_N) = logits_NK.detach().softmax(1).max(1);
        return (classes_N, largest_N.IsAtLeast(threshold).to_type(ScalarType.Float32));
    }

    /// <summary>What makes further views of an unlabeled image, after those of <see cref="Views"/>, from its first one.</summary>
    internal virtual IReadOnlyList<IViewChange> Changes => [];
}
