using Distill.Learning.Networks;
using TorchSharp.Modules;
using static TorchSharp.torch;

// N images, C channels, H height, W width, L length of a latent
namespace Distill.Rivals.BigBiGan;

/// <summary>
/// The encoder, and a dense layer for mean and deviation of each image's latent. The paper has four wider layers between them.
/// </summary>
internal sealed class LatentEncoder : nn.Module<Tensor, Tensor>
{
    private readonly ResNet encoder;
    private readonly Linear latent;

    /// <param name="network">The encoder.</param>
    /// <param name="latentLength">L.</param>
    /// <param name="channels">C.</param>
    /// <param name="generator">Draws the initial weights; null if others replace them.</param>
    public LatentEncoder(NetworkOptions network, int latentLength, int channels, Generator? generator)
        : base("latent_encoder")
    {
        encoder = new ResNet(network, channels, classes: null, generator);
        latent = nn.Linear(encoder.Features, 2 * latentLength);
        RegisterComponents();
        Initialization.Reset(this, generator);
    }

    /// <summary>x_NCHW → means, then deviations before softplus, [N, 2L].</summary>
    public override Tensor forward(Tensor x_NCHW)
    {
        using var scope = NewDisposeScope();
        return latent.forward(encoder.forward(x_NCHW)).MoveToOuterDisposeScope();
    }

    /// <summary>Draws a latent for each image: mean + softplus(deviation) · noise.</summary>
    /// <param name="outputs">Outputs of the network, [N, 2L].</param>
    /// <param name="noise_NL">Standard normal numbers.</param>
    public static Tensor Draw(Tensor outputs, Tensor noise_NL)
    {
        using var scope = NewDisposeScope();
        var halves = outputs.chunk(2, 1);
        // softplus(x) = −log sigmoid(−x)
        return halves[0].sub(nn.functional.logsigmoid(halves[1].neg()).mul(noise_NL)).MoveToOuterDisposeScope();
    }
}
