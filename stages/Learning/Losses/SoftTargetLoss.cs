using Distill.Learning.Arithmetic;
using static TorchSharp.torch;

namespace Distill.Learning.Losses;

/// <summary>
/// Distillation's cross entropy (SimCLRv2, equation 3): −Σ_y P_T(y|x; T) log P_S(y|x; T), averaged over the batch, for
/// teacher and student logits divided by temperatures of their own; and its mixture with labeled images (equation 4).
/// </summary>
/// <remarks>
/// Not multiplied by T², neither alone nor in the mixture, as in the equations. (Hinton et al. 2015 do so to keep the balance with
/// a labeled term; to have their loss, up to a constant factor, choose α with α/(1−α) T² times as large.)
/// </remarks>
public static class SoftTargetLoss
{
    /// <param name="student_NK">Student's logits.</param>
    /// <param name="teacher_NK">Teacher's logits; no gradient flows into them.</param>
    /// <param name="teacherTemperature">Divides the teacher's logits; below 1 sharpens the targets.</param>
    /// <param name="studentTemperature">Divides the student's logits.</param>
    /// <returns>A scalar, in nats.</returns>
    public static Tensor CrossEntropy(Tensor student_NK, Tensor teacher_NK, double teacherTemperature, double studentTemperature)
    {
        using var scope = NewDisposeScope();
        var target_NK = teacher_NK.detach().to_type(ScalarType.Float32).Over(teacherTemperature).softmax(dim: 1);
        var logProbability_NK = student_NK.to_type(ScalarType.Float32).Over(studentTemperature).log_softmax(dim: 1);
        return target_NK.mul(logProbability_NK).sum(dim: 1).mean().neg().MoveToOuterDisposeScope();
    }

    /// <summary>
    /// (1−α)·cross entropy of labeled images + α·distillation (SimCLRv2, equation 4, with the mean of each kind of images where
    /// the paper writes sums: α then means the same whatever the two batch sizes).
    /// </summary>
    /// <param name="distillation">The scalar of <see cref="CrossEntropy"/>.</param>
    /// <param name="student_MK">Student's logits of labeled images; at temperature 1, as in the paper.</param>
    /// <param name="labels_M">Their classes, 64-bit integers.</param>
    /// <param name="alpha">α, of [0, 1].</param>
    /// <returns>A scalar, in nats.</returns>
    public static Tensor WithLabels(Tensor distillation, Tensor student_MK, Tensor labels_M, double alpha)
    {
        using var scope = NewDisposeScope();
        var labeled = nn.functional.cross_entropy(student_MK.to_type(ScalarType.Float32), labels_M);
        return labeled.Times(1 - alpha).Plus(distillation.Times(alpha)).MoveToOuterDisposeScope();
    }
}
