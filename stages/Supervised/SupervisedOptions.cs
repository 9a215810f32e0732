using Distill.Imaging.Augmentation;
using Distill.Learning.Networks;
using Distill.Learning.Optimizers;
using Distill.Learning.Training;
using Distill.Pipeline.Options;

namespace Distill.Supervised;

/// <summary>Options of the supervised baseline, the block <c>supervised</c>.</summary>
/// <param name="Network">The network; by default, the student's.</param>
/// <param name="Augmentations">Augmentations of the labeled images; by default crop and flip, as in fine-tuning.</param>
/// <param name="Training">Steps, batch size and optimizer. The presets' values come from cross-validation on labeled images.</param>
public sealed record SupervisedOptions(NetworkOptions Network, AugmentationOptions Augmentations, TrainingOptions Training)
{
    /// <summary>Reads the block <c>supervised</c>.</summary>
    /// <param name="section">The block.</param>
    /// <param name="student">The default network.</param>
    public static SupervisedOptions Read(JsonSection section, NetworkOptions student) => new(
        NetworkOptions.Read(section.Section("network", "The network. Default: that of the last round's student."), student),
        AugmentationOptions.Read(section, "crop"),
        TrainingOptions.Read(section, new TrainingOptions(2000, 128, OptimizerOptions.Default)));
}
