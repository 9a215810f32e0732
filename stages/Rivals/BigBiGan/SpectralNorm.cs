using Distill.Learning.Arithmetic;
using static TorchSharp.torch;

// O outputs of a layer, I inputs of an output
namespace Distill.Rivals.BigBiGan;

/// <summary>
/// Spectral normalization (Miyato et al. 2018, arXiv:1802.05957, algorithm 1): weights divided by their largest singular value. A power
/// iteration in each forward pass of the training mode follows that value while the weights change.
/// </summary>
internal sealed class SpectralNorm : nn.Module<Tensor, Tensor>
{
    private const double Least = 1e-12;

    private readonly Tensor u;

    /// <param name="outputs">O.</param>
    /// <param name="generator">Draws where the power iteration starts.</param>
    public SpectralNorm(long outputs, Generator generator)
        : base("spectral_norm")
    {
        u = nn.functional.normalize(empty([outputs]).normal_(0, 1, generator), dim: 0);
        RegisterComponents();
    }

    /// <summary>Weights [O, …] → weights of the same shape, whose matrix of O rows has a largest singular value of about 1.</summary>
    public override Tensor forward(Tensor weights)
    {
        using var scope = NewDisposeScope();
        var weights_OI = weights.flatten(1);
        if (training)
        {
            using var frozen = no_grad();
            var v_I = nn.functional.normalize(Along(weights_OI, u), dim: 0);
            u.copy_(nn.functional.normalize(weights_OI.mul(v_I).sum(1), dim: 0));
        }

        // A later pass changes u, which the graph of this one needs. The gradient of the length is that of uᵀWv for a fixed v.
        var largest = Along(weights_OI, u.clone()).norm();
        return weights.div(largest.Plus(Least)).MoveToOuterDisposeScope();
    }

    /// <summary>Wᵀu, without the matrix product, which autocast would round to bf16.</summary>
    private static Tensor Along(Tensor weights_OI, Tensor u_O) => weights_OI.mul(u_O.unsqueeze(1)).sum(dim: 0);
}
