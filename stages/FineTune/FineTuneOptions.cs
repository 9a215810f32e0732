using Distill.Imaging.Augmentation;
using Distill.Learning.Networks;
using Distill.Learning.Optimizers;
using Distill.Learning.Training;
using Distill.Pipeline.Options;

namespace Distill.FineTune;

/// <summary>Options of fine-tuning, the block <c>finetune</c>.</summary>
/// <param name="Weights">Path of a classifier to import as the teacher, which replaces pretraining and fine-tuning; null to train.</param>
/// <param name="FromLayer">
/// Number of layers of the projection head that the classifier keeps: 1 in SimCLRv2's best results (section 2.1), 0 in SimCLR. For imported
/// weights, the number that they have.
/// </param>
/// <param name="Start">What the classifier starts from.</param>
/// <param name="Augmentations">Augmentations of the labeled images; crop and flip in SimCLRv2.</param>
/// <param name="Training">Steps, batch size and optimizer.</param>
public sealed record FineTuneOptions(
    string? Weights, int FromLayer, ClassifierStart Start, AugmentationOptions Augmentations, TrainingOptions Training)
{
    /// <summary>How unlabeled images take part; null if they do not.</summary>
    public UnlabeledOptions? Unlabeled { get; init; }

    /// <summary>Images of a step, labeled and unlabeled.</summary>
    public int ImagesPerStep => Training.BatchSize * (1 + (Unlabeled?.Ratio ?? 0));

    /// <summary>Reads the block <c>finetune</c>.</summary>
    /// <param name="section">The block.</param>
    /// <param name="head">The pretrained head, whose last layer cannot be kept.</param>
    public static FineTuneOptions Read(JsonSection section, HeadOptions head)
    {
        var weights = section.OptionalFile(
            "weights",
            "Safetensors file of a whole classifier that becomes the teacher, or an ONNX model of one that is a plain ResNet. Nothing is "
                + "pretrained then.");
        var fromLayer = section.Integer(
            "fromLayer", Math.Min(1, head.Hidden), 0, head.Hidden,
                "Layers of the projection head that stay below the classifier (SimCLRv2 section 2.1).");
        return new FineTuneOptions(
            weights,
            weights is null ? fromLayer : HeadLayersOf(section, weights, head),
            section.Choice(
                "start", ClassifierStart.Zero,
                "What the classifier starts from. zero, as in SimCLRv2, or probe: a logistic regression on the frozen features of the "
                    + "labeled images."),
            AugmentationOptions.Read(section, "crop"),
            TrainingOptions.Read(section, new TrainingOptions(500, 128, OptimizerOptions.Default)))
        {
            Unlabeled = section.OptionalSection(
                "unlabeled", byDefault: false, "Unlabeled images in each step, with pseudo-labels of a moving average of the network.")
                is { } unlabeled ? UnlabeledOptions.Read(unlabeled) : null,
        };
    }

    private static int HeadLayersOf(JsonSection section, string weights, HeadOptions head)
    {
        try
        {
            var layers = ImportedWeights.HeadLayersOf(weights);
            return layers <= head.Hidden
                ? layers
                : throw section.Error(
                    "weights",
                    $"found {weights} with {layers} head layers, expected a classifier with at most {head.Hidden}, as in pretrain.head");
        }
        catch (InvalidDataException damaged)
        {
            throw section.Error("weights", damaged.Message);
        }
    }
}
