namespace Distill.Probe;

/// <summary>The optimizer of a linear probe.</summary>
public enum ProbeSolver
{
    /// <summary>L-BFGS with a sweep of L2 strengths (SimCLR, appendix B.8). It needs memory for two fp64 copies of the features.</summary>
    Lbfgs,

    /// <summary>Stochastic gradient descent without weight decay (SimCLR, appendix B.6).</summary>
    Sgd,
}
