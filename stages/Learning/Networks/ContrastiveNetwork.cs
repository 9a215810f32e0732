using Distill.Learning.Randomness;
using Distill.Learning.Training;
using static TorchSharp.torch;

// N images, C channels, H height, W width, P outputs of the projection head
namespace Distill.Learning.Networks;

/// <summary>The network of pretraining: an encoder and its projection head.</summary>
public sealed class ContrastiveNetwork : nn.Module<Tensor, Tensor>
{
    private readonly ResNet encoder;
    private readonly ProjectionHead head;

    public ContrastiveNetwork(NetworkOptions network, HeadOptions headOptions, int channels, Generator? generator)
        : base("contrastive")
    {
        encoder = new ResNet(network, channels, classes: null, generator);
        head = new ProjectionHead(encoder.Features, headOptions.Output, headOptions.Layers, generator);
        RegisterComponents();
    }

    /// <summary>
    /// Creates the network on its device, with weights drawn from a random key. Without a key it is for weights that are loaded.
    /// </summary>
    public static ContrastiveNetwork Create(NetworkOptions network, HeadOptions head, int channels, Compute compute, RandomKey? random)
    {
        using var generator = random?.Generator();
        var made = new ContrastiveNetwork(network, head, channels, generator);
        compute.MoveTo(made);
        return made;
    }

    public ResNet Encoder => encoder;

    public ProjectionHead Head => head;

    /// <summary>x_NCHW → z_NP.</summary>
    public override Tensor forward(Tensor x_NCHW)
    {
        using var scope = NewDisposeScope();
        return head.forward(encoder.forward(x_NCHW)).MoveToOuterDisposeScope();
    }
}
