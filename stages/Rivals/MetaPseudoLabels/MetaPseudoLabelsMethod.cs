using Distill.Imaging.Augmentation;
using Distill.Learning.Arithmetic;
using Distill.Pipeline.Options;
using Distill.Rivals.Uda;
using static TorchSharp.torch;

// N unlabeled images, K classes
namespace Distill.Rivals.MetaPseudoLabels;

/// <summary>
/// Meta Pseudo Labels (Pham et al. 2021, arXiv:2003.10580): a teacher labels strong views for a student, and learns from how these labels
/// change the student's loss on labeled images, beside the losses of <see cref="UdaMethod"/>. The student is the result.
/// </summary>
/// <remarks>
/// Labels are the most probable classes. The soft labels of the authors' code give the teacher no gradient
/// (google-research/google-research#534).
/// </remarks>
/// <param name="Uda">The teacher's other losses; temperature 0.7, threshold 0.6 and weight 8 in the authors' script for CIFAR-10.</param>
/// <param name="Ramp">Share of the steps in which the weight of UDA's loss grows from 0; 1/60 in that script.</param>
/// <param name="Feedback">Which change of the student's loss rewards the teacher.</param>
public sealed record MetaPseudoLabelsMethod(UdaMethod Uda, double Ramp, Feedback Feedback) : RivalMethod(Uda.Ratio)
{
    /// <inheritdoc/>
    public override string Description => "Meta Pseudo Labels from scratch: a student of a teacher that learns from the student's progress";

    /// <inheritdoc/>
    public override int Version => 2;

    /// <inheritdoc/>
    public override int ViewsPerImage => 2;

    /// <summary>The student learns from the strong view of each unlabeled image; labeled images only normalize and measure it.</summary>
    public override int StudentRows(int batchSize) => batchSize * (1 + Ratio);

    public static MetaPseudoLabelsMethod Read(JsonSection section) => new(
        UdaMethod.Read(section, temperature: 0.7, threshold: 0.6, weight: 8),
        section.Number("ramp", 1.0 / 60, 0, 1, "Share of the steps in which the weight of the loss on unlabeled images grows from 0."),
        section.Choice(
            "feedback", Feedback.Derived,
            "What rewards the teacher. derived: labels after which the student's loss on labeled images falls. released: the opposite, as "
                + "in the authors' code."));

    /// <inheritdoc/>
    internal override IReadOnlyList<AugmentationOptions> Views(AugmentationOptions weak) => Uda.Views(weak);

    /// <inheritdoc/>
    internal override Tensor LabeledLoss(Tensor logits_BK, Tensor labels_B, double progress) =>
        Uda.LabeledLoss(logits_BK, labels_B, progress);

    /// <inheritdoc/>
    internal override (Tensor Loss, Tensor? Used) UnlabeledLoss(IReadOnlyList<Tensor> logits_NK, double progress)
    {
        var (loss, used) = Uda.UnlabeledLoss(logits_NK, progress);
        return (loss.Times(progress < Ramp ? progress / Ramp : 1), used);
    }
}
