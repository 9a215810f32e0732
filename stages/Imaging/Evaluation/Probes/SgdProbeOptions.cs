namespace Distill.Imaging.Evaluation.Probes;

/// <summary>A linear probe by stochastic gradient descent, for features too many for L-BFGS; without weight decay.</summary>
/// <param name="Epochs">Passes over the images.</param>
/// <param name="BatchSize">Images a step; an epoch's last step takes what is left.</param>
/// <param name="LearningRate">The first rate; it falls to 0 along half a cosine.</param>
/// <param name="Momentum">Nesterov's, of [0, 1).</param>
public sealed record SgdProbeOptions(int Epochs, int BatchSize, double LearningRate, double Momentum)
{
    /// <summary>SimCLR's linear evaluation (appendix B.6): 90 epochs at a rate of 0.1 for each 256 images of a batch, momentum 0.9.</summary>
    public static readonly SgdProbeOptions Default = new(90, 256, 0.1, 0.9);
}
