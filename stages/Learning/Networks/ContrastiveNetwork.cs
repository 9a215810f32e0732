using static TorchSharp.torch;

namespace Stages.Learning.Networks;

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

    public ResNet Encoder => encoder;

    public ProjectionHead Head => head;

    /// <summary>x_NCHW → z_NP.</summary>
    public override Tensor forward(Tensor x_NCHW)
    {
        using var scope = NewDisposeScope();
        return head.forward(encoder.forward(x_NCHW)).MoveToOuterDisposeScope();
    }
}
