using Distill.Imaging.Augmentation;
using Distill.Learning.Networks;
using Distill.Learning.Optimizers;
using Distill.Learning.Training;
using Distill.Pipeline.Options;

namespace Distill.Supervised;

/// <summary>The supervised baseline as pipeline.json describes it.</summary>
/// <param name="Network">The student's network.</param>
/// <param name="Views">Augmentation of the labeled images; crop and flip, as in fine-tuning, where none is given.</param>
/// <param name="Training">Steps, batch, optimizer: found by cross-validation on labeled images and recorded with the preset.</param>
public sealed record SupervisedOptions(NetworkOptions Network, ViewOptions Views, TrainingOptions Training)
{
    /// <param name="section">The <c>supervised</c> block.</param>
    /// <param name="student">The network where none is given.</param>
    public static SupervisedOptions Read(JsonSection section, NetworkOptions student) => new(
        NetworkOptions.Read(section.Section("network", "The network. Default: that of the last round's student."), student),
        ViewOptions.Read(section, "crop"),
        TrainingOptions.Read(section, new TrainingOptions(2000, 128, OptimizerOptions.Default)));
}
