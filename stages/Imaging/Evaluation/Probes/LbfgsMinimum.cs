using static TorchSharp.torch;

namespace Distill.Imaging.Evaluation.Probes;

/// <summary>Where L-BFGS ended.</summary>
/// <param name="X">The place, [P], fp64.</param>
/// <param name="Value">The function there.</param>
/// <param name="Iterations">Directions taken.</param>
/// <param name="Converged">Whether the gradient fell below the tolerance; if not, iterations or precision ran out.</param>
public sealed record LbfgsMinimum(Tensor X, double Value, int Iterations, bool Converged);
