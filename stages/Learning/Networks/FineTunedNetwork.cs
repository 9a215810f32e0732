using Distill.Learning.Networks.Folded;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Distill.Learning.Networks;

/// <summary>
/// The classifier of SimCLRv2's fine-tuning (section 2.1, equation 2): the encoder, the first layers of its
/// projection head, and on the layer chosen a new dense layer that starts at zero. All of it trains.
/// </summary>
public sealed class FineTunedNetwork : nn.Module<Tensor, Tensor>, IInferenceConvertible
{
    private readonly ResNet encoder;
    private readonly Sequential head;
    private readonly Linear classifier;

    /// <param name="network">The encoder's depth, width and stem.</param>
    /// <param name="headOptions">The head that the encoder was pretrained with.</param>
    /// <param name="fromLayer">Head layers kept: 0 puts the classifier on the encoder, 1 on the head's first layer, …</param>
    /// <param name="channels">Channels of the images.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="generator">Draws the initial weights, which pretrained ones then replace.</param>
    public FineTunedNetwork(
        NetworkOptions network, HeadOptions headOptions, int fromLayer, int channels, int classes, Generator generator)
        : base("fine_tuned")
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(fromLayer, headOptions.Layers);
        encoder = new ResNet(network, channels, classes: null, generator);
        head = nn.Sequential(Enumerable.Range(0, fromLayer)
            .Select(_ => (nn.Module<Tensor, Tensor>)new HeadLayer(encoder.Features, encoder.Features, last: false)));
        classifier = nn.Linear(encoder.Features, classes);
        RegisterComponents();
        Initialization.Reset(this, generator);
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        classifier.weight!.zero_();
        classifier.bias!.zero_();
    }

    public ResNet Encoder => encoder;

    /// <summary>Puts a classifier that was fitted elsewhere on top.</summary>
    /// <param name="weight_KD">W.</param>
    /// <param name="bias_K">b.</param>
    public void SetClassifier(Tensor weight_KD, Tensor bias_K)
    {
        using var frozen = no_grad();
        classifier.weight!.copy_(weight_KD);
        classifier.bias!.copy_(bias_K);
    }

    /// <summary>
    /// The key of a plain ResNet's weight for one of a network that was fine-tuned from the encoder (layer 0): that network is one, under other names.
    /// </summary>
    public static string PlainKey(string key) =>
        key.StartsWith("encoder.", StringComparison.Ordinal) ? key["encoder.".Length..]
        : key.StartsWith("classifier.", StringComparison.Ordinal) ? "fc." + key["classifier.".Length..]
        : key;

    /// <summary>The key of a <see cref="ContrastiveNetwork"/>'s weight for one of this network's; null for the classifier's own.</summary>
    public static string? PretrainedKey(string key) => key switch
    {
        _ when key.StartsWith("encoder.", StringComparison.Ordinal) => key,
        _ when key.StartsWith("head.", StringComparison.Ordinal) => "head.layers." + key["head.".Length..],
        _ => null,
    };

    /// <summary>x_NCHW → logits_NK.</summary>
    public override Tensor forward(Tensor x_NCHW)
    {
        using var scope = NewDisposeScope();
        return classifier.forward(head.forward(encoder.forward(x_NCHW))).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    IInferenceModule IInferenceConvertible.Fold(InferenceDtype type) => new InferenceSequence(
    [
        ((IInferenceConvertible)encoder).Fold(type),
        .. head.children().Select(layer => ((IInferenceConvertible)layer).Fold(type)),
        new InferenceLinear(classifier, norm: null, relu: false),
    ]);
}
