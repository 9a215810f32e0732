using Distill.Learning.Arithmetic;
using Distill.Learning.Randomness;
using static TorchSharp.torch;

// B images of a step, N images in all, P outputs of the projection
namespace Distill.Rivals.Memory;

/// <summary>
/// A projection of each image, of length 1. The softmax over all of them is exact, so neither noise-contrastive estimation nor its constant
/// is needed (Wu et al. 2018, arXiv:1805.01978, equation 2).
/// </summary>
internal sealed class MemoryBank : IDisposable
{
    private readonly MemoryOptions _options;

    /// <param name="options">Length, temperature and momentum.</param>
    /// <param name="images">N.</param>
    /// <param name="random">Draws the first entries.</param>
    /// <param name="device">The device of the bank.</param>
    public MemoryBank(MemoryOptions options, int images, RandomKey random, Device device)
    {
        _options = options;
        RandomKey[] entries = [.. Enumerable.Range(0, images).Select(image => random.Fold(image))];
        using var scope = NewDisposeScope();
        Entries_NP = nn.functional.normalize(RandomNormals.Draw(entries, options.Output, device), dim: 1).DetachFromDisposeScope();
    }

    /// <summary>The entries of all images.</summary>
    public Tensor Entries_NP { get; }

    /// <summary>Computes the mean cross entropy of finding each view's image among all images.</summary>
    /// <param name="unit_BP">Projections of the views, of length 1.</param>
    /// <param name="images_B">The images that they are of.</param>
    public Tensor Loss(Tensor unit_BP, Tensor images_B) =>
        nn.functional.cross_entropy(unit_BP.mm(Entries_NP.t()).Over_(_options.Temperature), images_B);

    /// <summary>Moves the entries of images toward their projections, and gives them length 1 again.</summary>
    /// <param name="unit_BP">The projections, without a graph.</param>
    /// <param name="images_B">The images.</param>
    public void Remember(Tensor unit_BP, Tensor images_B)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var kept_BP = Entries_NP.index_select(0, images_B).Times(_options.Momentum);
        var moved_BP = kept_BP.Plus(unit_BP.Times(1 - _options.Momentum));
        // An image that is twice in a step, at the border of two epochs, keeps one of its projections.
        Entries_NP.index_copy_(0, images_B, nn.functional.normalize(moved_BP, dim: 1));
    }

    public void Dispose() => Entries_NP.Dispose();
}
