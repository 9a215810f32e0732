using Distill.Learning.Arithmetic;
using static TorchSharp.torch;

// N pairs, S scores of a pair
namespace Distill.Rivals.BigBiGan;

/// <summary>The losses of BigBiGAN (Donahue and Simonyan 2019, section 2).</summary>
internal static class PairLoss
{
    /// <summary>
    /// The discriminator's loss: the hinge max(0, 1 − y·s) of each score, summed over scores, where y is 1 for pairs of the encoder and −1
    /// for pairs of the generator. The means of both kinds are added.
    /// </summary>
    public static Tensor OfDiscriminator(Tensor encoded_NS, Tensor generated_NS)
    {
        using var scope = NewDisposeScope();
        return Hinge(encoded_NS.neg()).Plus(Hinge(generated_NS)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The encoder's loss: the sum of a pair's scores, in the mean over its pairs. The generator's is the negative of that, over its own
    /// pairs.
    /// </summary>
    public static Tensor OfEncoder(Tensor scores_NS)
    {
        using var scope = NewDisposeScope();
        return scores_NS.sum(1).mean().MoveToOuterDisposeScope();
    }

    private static Tensor Hinge(Tensor scores_NS) => scores_NS.Plus(1).relu().sum(1).mean();
}
