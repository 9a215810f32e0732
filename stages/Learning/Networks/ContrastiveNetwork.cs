using Distill.Learning.Randomness;
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Distill.Learning.Networks;

/// <summary>What pretraining trains: an encoder and its projection head.</summary>
public sealed class ContrastiveNetwork : nn.Module<Tensor, Tensor>
{
    private readonly ResNet encoder;
    private readonly ProjectionHead head;

    public ContrastiveNetwork(NetworkOptions network, HeadOptions headOptions, int channels, Generator generator)
        : base("contrastive")
    {
        encoder = new ResNet(network, channels, classes: null, generator);
        head = new ProjectionHead(encoder.Features, headOptions.Output, headOptions.Layers, generator);
        RegisterComponents();
    }

    /// <summary>One on its device, its weights drawn from a stage's key.</summary>
    public static ContrastiveNetwork Of(NetworkOptions network, HeadOptions head, int channels, Compute compute, RandomKey random)
    {
        using var generator = random.Generator();
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
