namespace Distill.Probe;

/// <summary>How a linear probe is fitted.</summary>
public enum ProbeSolver
{
    /// <summary>L-BFGS with a sweep of L2 strengths (SimCLR, appendix B.8); the features lie twice in memory, in fp64.</summary>
    Lbfgs,

    /// <summary>Stochastic gradient descent without decay (SimCLR, appendix B.6).</summary>
    Sgd,
}
