namespace Distill.Imaging.Evaluation.Probes;

/// <summary>When L-BFGS ends, and how much it remembers.</summary>
/// <param name="Iterations">The most directions that it takes; CLIP's linear probe (Radford et al. 2021, appendix A.3) allows 1,000.</param>
/// <param name="Tolerance">It has converged once no element of the gradient exceeds this.</param>
/// <param name="Memory">Pairs of steps and changes of gradient that shape a direction; 10, as in SciPy.</param>
public sealed record LbfgsOptions(int Iterations, double Tolerance, int Memory)
{
    /// <summary>1,000 iterations, 1e-6, 10 pairs.</summary>
    public static readonly LbfgsOptions Default = new(1000, 1e-6, 10);
}
