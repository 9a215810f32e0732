using static TorchSharp.torch;

namespace Stages.Learning.Losses;

/// <summary>
/// Distillation's cross entropy (SimCLRv2, equation 3): −Σ_y P_T(y|x; T) log P_S(y|x; T), averaged over the batch, for
/// teacher and student logits divided by temperatures of their own.
/// </summary>
/// <remarks>
/// Not multiplied by T² (Hinton et al. 2015 do so to keep the balance with a labelled term; here there is none).
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
        var target_NK = teacher_NK.detach().to_type(ScalarType.Float32).div(teacherTemperature).softmax(dim: 1);
        var logProbability_NK = student_NK.to_type(ScalarType.Float32).div(studentTemperature).log_softmax(dim: 1);
        return target_NK.mul(logProbability_NK).sum(dim: 1).mean().neg().MoveToOuterDisposeScope();
    }
}
