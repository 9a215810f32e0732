using Distill.Learning.Networks.Inference;
using TorchSharp.Modules;
using static TorchSharp.torch;

// N images, C channels, H height, W width, D features, K classes
namespace Distill.Learning.Networks;

/// <summary>
/// The classifier of SimCLRv2's fine-tuning (section 2.1, equation 2): the encoder, the first layers of its projection head, and a new
/// dense layer that starts at zero. All of it trains.
/// </summary>
public sealed class FineTunedNetwork : nn.Module<Tensor, Tensor>, IInferenceConvertible
{
    private readonly ResNet encoder;
    private readonly Sequential head;
    private readonly Linear classifier;

    /// <param name="network">The encoder's options.</param>
    /// <param name="headOptions">The head that the encoder was pretrained with.</param>
    /// <param name="fromLayer">
    /// Head layers that are kept: 0 puts the classifier on the encoder, 1 on the head's first layer, and so on.
    /// </param>
    /// <param name="channels">Channels of the images.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="generator">Draws the initial weights; null if others replace them.</param>
    public FineTunedNetwork(
        NetworkOptions network, HeadOptions headOptions, int fromLayer, int channels, int classes, Generator? generator)
        : base("fine_tuned")
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(fromLayer, headOptions.Hidden);
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

    /// <summary>Replaces the classifier with one that was fitted elsewhere.</summary>
    public void SetClassifier(Tensor weight_KD, Tensor bias_K)
    {
        using var frozen = no_grad();
        classifier.weight!.copy_(weight_KD);
        classifier.bias!.copy_(bias_K);
    }

    /// <summary>
    /// Converts a key to the key of the same weight in a plain ResNet. A network that was fine-tuned from the encoder (layer 0) is a plain
    /// ResNet under other names.
    /// </summary>
    public static string PlainKey(string key) =>
        key.StartsWith("encoder.", StringComparison.Ordinal) ? key["encoder.".Length..]
        : key.StartsWith("classifier.", StringComparison.Ordinal) ? "fc." + key["classifier.".Length..]
        : key;

    /// <summary>
    /// Converts a key to the key of the same weight in a <see cref="ContrastiveNetwork"/>; null for the classifier's keys.
    /// </summary>
    public static string? PretrainedKey(string key) => key switch
    {
        _ when key.StartsWith("encoder.", StringComparison.Ordinal) => key,
        _ when key.StartsWith("head.", StringComparison.Ordinal) => "head.layers." + key["head.".Length..],
        _ => null,
    };

    /// <summary>Features of the encoder, [N, D] → logits_NK.</summary>
    public Tensor Classify(Tensor features_ND)
    {
        using var scope = NewDisposeScope();
        return classifier.forward(head.forward(features_ND)).MoveToOuterDisposeScope();
    }

    /// <summary>x_NCHW → logits_NK.</summary>
    public override Tensor forward(Tensor x_NCHW)
    {
        using var scope = NewDisposeScope();
        return Classify(encoder.forward(x_NCHW)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    IInferenceModule IInferenceConvertible.ToInference(InferenceDtype type) => new InferenceSequence(
    [
        ((IInferenceConvertible)encoder).ToInference(type),
        .. head.children().Select(layer => ((IInferenceConvertible)layer).ToInference(type)),
        new InferenceLinear(classifier, norm: null, relu: false),
    ]);
}
