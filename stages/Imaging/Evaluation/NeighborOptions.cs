namespace Distill.Imaging.Evaluation;

/// <summary>The settings of weighted kNN, in the field's two conventions.</summary>
/// <param name="Neighbors">k, how many of the bank vote; where the bank has fewer, all do.</param>
/// <param name="Temperature">τ of the votes, larger than 0.</param>
public sealed record NeighborOptions(int Neighbors, double Temperature)
{
    /// <summary>k = 200, τ = 0.1: lightly's benchmarks and MoCo's CIFAR-10 demonstration.</summary>
    public static readonly NeighborOptions Lightly = new(200, 0.1);

    /// <summary>k = 20, τ = 0.07: solo-learn's <c>WeightedKNNClassifier</c> (DINO has k = 20 and τ = 0.07 too).</summary>
    public static readonly NeighborOptions SoloLearn = new(20, 0.07);
}
