using Distill.Imaging.Augmentation;
using Distill.Learning.Networks;
using Distill.Learning.Training;
using Distill.Pipeline.Options;

namespace Distill.Pretrain;

/// <summary>Options of contrastive pretraining, the block <c>pretrain</c>.</summary>
/// <param name="Network">The encoder. SimCLRv2's largest is a ResNet-152 of width 3 with selective kernels.</param>
/// <param name="Head">The projection head.</param>
/// <param name="Augmentations">Augmentations of the two views; crop, jitter, grayscale and blur in SimCLRv2.</param>
/// <param name="LowResolution">Smaller views at the start; not in the papers.</param>
/// <param name="Temperature">τ of NT-Xent; 0.1 in SimCLRv2. Its authors recommend 0.2 for small batches.</param>
/// <param name="Queue">A queue of past keys as additional negatives; off by default, as in the public code.</param>
/// <param name="Training">Steps, batch size and optimizer.</param>
/// <param name="Weights">Path of a weights file to import instead of training; null to train.</param>
public sealed record PretrainOptions(
    NetworkOptions Network, HeadOptions Head, AugmentationOptions Augmentations, LowResolution LowResolution, double Temperature,
    QueueOptions Queue, TrainingOptions Training, string? Weights = null)
{
    public static PretrainOptions Read(JsonSection section)
    {
        var training = TrainingOptions.Read(section, new TrainingOptions(10_000, 512, Learning.Optimizers.OptimizerOptions.Default));
        return new PretrainOptions(
            NetworkOptions.Read(
                section.Section("network", "The encoder."), new NetworkOptions(Architecture.ResNet152, Width: 1, Stem.ImageNet)),
            HeadOptions.Read(section.Section("head", "The projection head.")),
            AugmentationOptions.Read(section, "crop", "jitter", "grayscale", "blur"),
            LowResolution.Read(section.Section("lowResolution", "Smaller views in the first steps.")),
            section.Number("temperature", 0.2, 0.001, 100, "Temperature τ of NT-Xent."),
            QueueOptions.Read(section.Section(
                "queue",
                "Projections of past batches as further negatives (SimCLRv2's memory, after MoCo)."), training.BatchSize),
            training,
            section.OptionalFile(
                "weights",
                "Safetensors file of an encoder, with torchvision's names or as this program writes it, or an ONNX model of a plain "
                    + "ResNet. It is imported instead of pretraining."));
    }
}
