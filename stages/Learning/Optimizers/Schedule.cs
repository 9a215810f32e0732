namespace Distill.Learning.Optimizers;

/// <summary>Learning rates as pure functions of the step, so that a resumed run needs no scheduler's state.</summary>
internal static class Schedule
{
    /// <summary>
    /// Linear warm-up to <paramref name="peak"/>, then a half cosine towards 0 (Loshchilov and Hutter 2017; SimCLR
    /// appendix B.6). The first step's rate is peak/warmup, the last one's just above 0.
    /// </summary>
    /// <param name="step">From 0.</param>
    /// <param name="steps">Steps in all.</param>
    /// <param name="warmup">Steps of warm-up.</param>
    /// <param name="peak">The highest rate.</param>
    public static double WarmupCosine(long step, long steps, long warmup, double peak) => step < warmup
        ? peak * (step + 1) / warmup
        : peak * 0.5 * (1 + Math.Cos(Math.PI * (step - warmup) / Math.Max(1, steps - warmup)));
}
