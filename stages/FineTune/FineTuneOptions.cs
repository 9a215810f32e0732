using Stages.Imaging.Augmentation;
using Stages.Learning.Optimizers;
using Stages.Learning.Training;
using Stages.Pipeline.Options;

namespace Stages.FineTune;

/// <summary>Fine-tuning as pipeline.json describes it.</summary>
/// <param name="Weights">A file with the weights of a classifier that is to teach as it is, in place of pretraining and training; null to train.</param>
/// <param name="FromLayer">
/// Layers of the projection head that are kept under the classifier: 1 in SimCLRv2's best results (section 2.1), 0 is SimCLR's.
/// </param>
/// <param name="Views">Augmentation of the labelled images; crop and flip in SimCLRv2.</param>
/// <param name="Training">Steps, batch, optimizer.</param>
public sealed record FineTuneOptions(string? Weights, int FromLayer, ViewOptions Views, TrainingOptions Training)
{
    /// <param name="section">The <c>finetune</c> block.</param>
    /// <param name="headLayers">Layers of the pretrained head; the last one is not to be fine-tuned from.</param>
    public static FineTuneOptions Read(JsonSection section, int headLayers)
    {
        var weights = section.OptionalFile("weights");
        var last = weights is null ? headLayers - 1 : 0;
        return new FineTuneOptions(
            weights,
            section.Integer("fromLayer", Math.Min(1, last), 0, last),
            ViewOptions.Read(section, "crop"),
            TrainingOptions.Read(section, new TrainingOptions(500, 128, OptimizerOptions.Default)));
    }
}
