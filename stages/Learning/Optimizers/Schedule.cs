namespace Distill.Learning.Optimizers;

/// <summary>Computes learning rates as pure functions of the step, so that a schedule has no state to save.</summary>
internal static class Schedule
{
    /// <summary>
    /// Linear warm-up to <paramref name="peak"/>, then half a cosine towards 0 (Loshchilov and Hutter 2017; SimCLR appendix B.6). The rate
    /// of the first step is peak/warmup, and that of the last step is just above 0.
    /// </summary>
    /// <param name="step">The step, from 0.</param>
    /// <param name="steps">Number of steps.</param>
    /// <param name="warmup">Number of warm-up steps.</param>
    /// <param name="peak">The highest rate.</param>
    public static double WarmupCosine(long step, long steps, long warmup, double peak) => step < warmup
        ? peak * (step + 1) / warmup
        : peak * 0.5 * (1 + Math.Cos(Math.PI * (step - warmup) / Math.Max(1, steps - warmup)));
}
