using Distill.Learning.Networks;
using Distill.Learning.Optimizers;
using Distill.Learning.Training;
using Distill.Pipeline.Options;

namespace Distill.Distill;

/// <summary>Options of one distillation, the block <c>student</c> of a round.</summary>
/// <param name="Network">Architecture of the student.</param>
/// <param name="TeacherTemperature">Divisor of the teacher's logits. SimCLRv2: 1 for big to small, 0.1 for self-distillation.</param>
/// <param name="StudentTemperature">Divisor of the student's logits. The loss is multiplied by its square.</param>
/// <param name="ClassFrequencies">How frequent the classes are in the soft targets; not in SimCLRv2.</param>
/// <param name="Alpha">
/// α of SimCLRv2's equation 4: the weight of the soft targets. 1 − α is the weight of the labeled images' cross entropy. The default, 1, is
/// equation 3: distillation without labels, which the paper found nearly as good.
/// </param>
/// <param name="LabeledBatchSize">Labeled images per step, in addition to the views; without effect if α is 1.</param>
/// <param name="ViewsTogether">
/// Views of an image in a step. It is decoded once for all of them, so photographs take less time (FKD, arXiv:2112.01528, section 3.2). The
/// batch has as many fewer images.
/// </param>
/// <param name="Images">Which images' soft targets are used; all in SimCLRv2.</param>
/// <param name="Training">Steps, batch size in views, and optimizer.</param>
public sealed record DistillOptions(
    NetworkOptions Network,
    double TeacherTemperature,
    double StudentTemperature,
    ClassFrequencies ClassFrequencies,
    double Alpha,
    int LabeledBatchSize,
    int ViewsTogether,
    DistilledImages Images,
    TrainingOptions Training)
{
    /// <summary>
    /// Weight of an image's neighbors in its soft targets, below 1 (Zhou et al. 2003); 0 for the teacher's own. Not in SimCLRv2.
    /// </summary>
    public double NeighborWeight { get; init; }

    /// <summary>Whether the result depends on which images are labeled.</summary>
    public bool UsesLabels => Alpha < 1 || Images != DistilledImages.All || ClassFrequencies == ClassFrequencies.Estimated;

    /// <summary>Reads the block <c>student</c>.</summary>
    /// <param name="section">The block.</param>
    /// <param name="network">The default network; null for a ResNet-50.</param>
    /// <param name="views">Views that the default steps show; null for ten thousand steps.</param>
    public static DistillOptions Read(JsonSection section, NetworkOptions? network = null, int? views = null)
    {
        var options = ReadAll(section, network, views) with
        {
            NeighborWeight = section.Number(
                "neighborWeight", 0, 0, 0.999,
                "Weight of an image's nearest neighbors in its soft targets, which needs the block neighbors. 0 uses the teacher's own."),
        };
        if (options is { NeighborWeight: > 0, Images: not DistilledImages.All })
        {
            throw section.Error("neighborWeight", "found a weight of neighbors beside a choice of images, expected \"images\": \"all\"");
        }

        return options.Training.BatchSize % options.ViewsTogether == 0
            ? options
            : throw section.Error("viewsTogether", FormattableString.Invariant(
                $"found {options.ViewsTogether}, expected a divisor of the batch size, {options.Training.BatchSize}"));
    }

    private static DistillOptions ReadAll(JsonSection section, NetworkOptions? network, int? views) => new(
        NetworkOptions.Read(
            section.Section("network", "The student."), network ?? new NetworkOptions(Architecture.ResNet50, Width: 1, Stem.ImageNet)),
        section.Number("teacherTemperature", 1, 0.01, 100, "Temperature of the soft targets; below 1 sharpens them."),
        section.Number(
            "studentTemperature", 1, 0.01, 100,
            "Temperature of the student's logits in the loss, which is multiplied by its square."),
        section.Choice(
            "classFrequencies", ClassFrequencies.AsLabeled,
            "Frequencies of the classes in the soft targets. as-labeled: as the teacher gives them. equal: all classes equally "
                + "frequent, for data where they are. estimated: as frequent as the teacher finds them in all images, mixed with "
                + "a fifth of those of the labels, for labels of other frequencies."),
        section.Number(
            "alpha", 1, 0, 1,
            "Weight of the soft targets in the loss (SimCLRv2 equation 4). 1 - alpha is the weight of the labels; 1 uses none."),
        section.Integer("labeledBatchSize", 64, 1, 65536, "Labeled images per step if alpha is below 1."),
        section.Integer(
            "viewsTogether", 1, 1, 1024,
            "Views of the same image in a step. The image is decoded once for all of them, which saves time with photographs; the batch "
                + "has as many fewer images."),
        section.Choice("images", DistilledImages.All, "Images whose soft targets the student learns from."),
        TrainingOptions.Read(section, new TrainingOptions(Math.Max(1, views / 256 ?? 10_000), 256, OptimizerOptions.Default)));
}
