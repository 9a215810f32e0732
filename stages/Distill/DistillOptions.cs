using Distill.Learning.Networks;
using Distill.Learning.Optimizers;
using Distill.Learning.Training;
using Distill.Pipeline.Options;

namespace Distill.Distill;

/// <summary>One distillation as pipeline.json describes it.</summary>
/// <param name="Network">The student.</param>
/// <param name="TeacherTemperature">Divides the teacher's logits; 1 big to small and 0.1 in self-distillation in SimCLRv2.</param>
/// <param name="StudentTemperature">Divides the student's logits.</param>
/// <param name="BalanceClasses">
/// Shifts the teacher's opinions so that all classes are equally frequent among them (<see cref="ClassBalance"/>). For data that are
/// known to be so; SimCLRv2 does not.
/// </param>
/// <param name="Alpha">
/// α of SimCLRv2's equation 4: the weight of the soft targets, 1 − α being that of labeled images' cross entropy. 1, the
/// default, is equation 3: distillation alone, which the paper found nearly as good.
/// </param>
/// <param name="LabeledBatchSize">Labeled images a step, beside the views; of no effect where α is 1.</param>
/// <param name="Images">Which images' soft targets are learned from; all in SimCLRv2.</param>
/// <param name="Training">Steps, batch (in views), optimizer.</param>
public sealed record DistillOptions(
    NetworkOptions Network,
    double TeacherTemperature,
    double StudentTemperature,
    bool BalanceClasses,
    double Alpha,
    int LabeledBatchSize,
    DistilledImages Images,
    TrainingOptions Training)
{
    /// <summary>Whether the labeled images take part as what they are: otherwise no result depends on which they are.</summary>
    public bool UsesLabels => Alpha < 1 || Images != DistilledImages.All;

    /// <exception cref="UserException">Labeled images are mixed into a batch of several groups.</exception>
    public static DistillOptions Read(JsonSection section)
    {
        var options = ReadAll(section);
        return options.Alpha == 1 || options.Training.Groups == 1 ? options : throw section.Error(
            "groups", $"found {options.Training.Groups}, expected 1 where alpha is below 1: labeled images are normalized together with the others");
    }

    private static DistillOptions ReadAll(JsonSection section) => new(
        NetworkOptions.Read(section.Section("network", "The student."), new NetworkOptions(Architecture.ResNet50, Width: 1, Stem.ImageNet)),
        section.Number("teacherTemperature", 1, 0.01, 100, "Temperature of the soft targets; below 1 sharpens them."),
        section.Number("studentTemperature", 1, 0.01, 100, "Temperature of the student's logits in the loss."),
        section.Flag("balanceClasses", false, "Shifts the soft targets so that all classes are equally frequent. Only for data where they are."),
        section.Number("alpha", 1, 0, 1, "Weight of the soft targets in the loss (SimCLRv2 equation 4). 1 - alpha is the weight of the labels; 1 uses none."),
        section.Integer("labeledBatchSize", 64, 1, 65536, "Labeled images per step if alpha is below 1."),
        section.Choice("images", DistilledImages.All, "Images whose soft targets the student learns from."),
        TrainingOptions.Read(section, new TrainingOptions(10_000, 256, OptimizerOptions.Default)));
}
