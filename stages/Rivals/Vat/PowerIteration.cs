using Distill.Learning.Arithmetic;
using Distill.Learning.Networks;
using Distill.Learning.Randomness;
using Distill.Rivals.Training;
using static TorchSharp.torch;

// N views, C channels, H height, W width, D values of a view, K classes
namespace Distill.Rivals.Vat;

/// <summary>
/// Finds the perturbation of each view that changes the prediction most, by one step of the power method from a random direction (Miyato et
/// al. 2018, arXiv:1704.03976, section 3.3).
/// </summary>
/// <param name="radius">Root mean square of the perturbation.</param>
internal sealed class PowerIteration(double radius) : IViewChange
{
    /// <summary>
    /// ξ, the length of the random direction, relative to the perturbation. A much shorter one would change logits by less than single
    /// precision holds.
    /// </summary>
    private const double Probe = 0.1;

    /// <inheritdoc/>
    public Tensor Change(nn.Module<Tensor, Tensor> network, Tensor views_NCHW, IReadOnlyList<RandomKey> keys)
    {
        using var scope = NewDisposeScope();
        var count = (int)(views_NCHW.numel() / views_NCHW.shape[0]);
        var length = radius * Math.Sqrt(count);
        using var kept = new KeptBuffers(network);
        var noise_NCHW = RandomNormals.Draw([.. keys], count, views_NCHW.device).view(views_NCHW.shape);
        var probe_NCHW = Scaled(noise_NCHW, Probe * length).requires_grad_();
        Tensor clean_NK;
        using (no_grad())
        {
            clean_NK = Logits(views_NCHW);
        }

        using var recorded = enable_grad();
        var divergence = Divergence(clean_NK, Logits(views_NCHW.Plus(probe_NCHW))).sum();
        var gradient_NCHW = autograd.grad([divergence], [probe_NCHW])[0];
        using var frozen = no_grad();
        return views_NCHW.Plus(Scaled(gradient_NCHW, length)).MoveToOuterDisposeScope();

        // A second head has no part in the prediction.
        Tensor Logits(Tensor x_NCHW) => network is AuxiliaryNetwork both
            ? both.Classifier.forward(x_NCHW)
            : network.forward(x_NCHW);
    }

    /// <summary>Kullback–Leibler divergence from a prediction to another one, of each row: [N].</summary>
    internal static Tensor Divergence(Tensor from_NK, Tensor to_NK) =>
        from_NK.softmax(1).mul(from_NK.log_softmax(1).sub(to_NK.log_softmax(1))).sum([1L]);

    /// <summary>Gives each view's direction a length. Directions of length 0 stay.</summary>
    private static Tensor Scaled(Tensor direction_NCHW, double length)
    {
        var norm_N = direction_NCHW.flatten(1).norm(1).view(-1, 1, 1, 1);
        return direction_NCHW.div(norm_N.AtLeast(1e-20)).Times(length).detach();
    }
}
