using Distill.Learning.Arithmetic;
using static TorchSharp.torch;

// N images, M labeled images, K classes
namespace Distill.Learning.Losses;

/// <summary>
/// The cross entropy of distillation (SimCLRv2, equation 3): −Σ_y P_T(y|x; T) log P_S(y|x; T), averaged over the batch, with separate
/// temperatures for teacher and student; and its mixture with labeled images (equation 4).
/// </summary>
/// <remarks>
/// As in the equations, there is no factor T². Hinton et al. 2015 have it, to keep the balance with a labeled term. For their loss, up to a
/// constant factor, choose α so that α/(1−α) is T² times as large.
/// </remarks>
public static class SoftTargetLoss
{
    /// <summary>Computes the cross entropy between teacher and student.</summary>
    /// <param name="student_NK">The student's logits.</param>
    /// <param name="teacher_NK">The teacher's logits, which receive no gradient.</param>
    /// <param name="teacherTemperature">Divisor of the teacher's logits. A value below 1 sharpens the targets.</param>
    /// <param name="studentTemperature">Divisor of the student's logits.</param>
    /// <returns>A scalar, in nats.</returns>
    public static Tensor CrossEntropy(Tensor student_NK, Tensor teacher_NK, double teacherTemperature, double studentTemperature)
    {
        using var scope = NewDisposeScope();
        var target_NK = teacher_NK.detach().to_type(ScalarType.Float32).Over(teacherTemperature).softmax(dim: 1);
        var logProbability_NK = student_NK.to_type(ScalarType.Float32).Over(studentTemperature).log_softmax(dim: 1);
        return target_NK.mul(logProbability_NK).sum(dim: 1).mean().neg().MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Computes (1−α)·cross entropy of labeled images + α·distillation (SimCLRv2, equation 4). The paper sums over images; with means, α
    /// does not depend on the two batch sizes.
    /// </summary>
    /// <param name="distillation">The result of <see cref="CrossEntropy"/>.</param>
    /// <param name="student_MK">The student's logits of labeled images. Their temperature is 1, as in the paper.</param>
    /// <param name="labels_M">The classes of the labeled images, as 64-bit integers.</param>
    /// <param name="alpha">The weight α of distillation, in [0, 1].</param>
    /// <returns>A scalar, in nats.</returns>
    public static Tensor WithLabels(Tensor distillation, Tensor student_MK, Tensor labels_M, double alpha)
    {
        using var scope = NewDisposeScope();
        var labeled = nn.functional.cross_entropy(student_MK.to_type(ScalarType.Float32), labels_M);
        return labeled.Times(1 - alpha).Plus(distillation.Times(alpha)).MoveToOuterDisposeScope();
    }
}
