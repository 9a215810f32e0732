namespace Distill.Imaging.Evaluation.Probes;

/// <summary>One strength of a probe's sweep.</summary>
/// <param name="Strength">λ.</param>
/// <param name="HeldOutTop1">Accuracy on the held-out images, in percent.</param>
/// <param name="Iterations">Of L-BFGS, from the next stronger strength's solution.</param>
/// <param name="Converged">Whether it reached its tolerance.</param>
public sealed record SweepPoint(double Strength, double HeldOutTop1, int Iterations, bool Converged);
