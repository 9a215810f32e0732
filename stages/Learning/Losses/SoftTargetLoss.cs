using Distill.Learning.Arithmetic;
using static TorchSharp.torch;

// N images, M labeled images, K classes
namespace Distill.Learning.Losses;

/// <summary>
/// The cross entropy of distillation (SimCLRv2, equation 3): −Σ_y P_T(y|x; T) log P_S(y|x; T), averaged over the batch, with separate
/// temperatures for teacher and student; and its mixture with labeled images (equation 4).
/// </summary>
/// <remarks>
/// The gradient of the cross entropy is proportional to 1/T of the student. The authors' notebook of distillation therefore multiplies it
/// by T² (after Hinton et al. 2015), where the equations have no factor; <see cref="GradientScale"/> is that factor.
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
    /// The factor of the cross entropy that a student learns from: T². At a student temperature of 0.1, a step without it would be 100
    /// times as large for all parameters whose rate LARS does not adapt.
    /// </summary>
    public static double GradientScale(double studentTemperature) => studentTemperature * studentTemperature;

    /// <summary>
    /// Computes (1−α)·cross entropy of labeled images + α·distillation (SimCLRv2, equation 4). The paper sums over images; with means, α
    /// does not depend on the two batch sizes.
    /// </summary>
    /// <param name="distillation">The loss of the views with soft targets.</param>
    /// <param name="labeled">The cross entropy of labeled images. Their temperature is 1, as in the paper.</param>
    /// <param name="alpha">The weight α of distillation, in [0, 1].</param>
    /// <returns>A scalar, in nats.</returns>
    public static Tensor Mix(Tensor distillation, Tensor labeled, double alpha)
    {
        using var scope = NewDisposeScope();
        return labeled.Times(1 - alpha).Plus(distillation.Times(alpha)).MoveToOuterDisposeScope();
    }
}
