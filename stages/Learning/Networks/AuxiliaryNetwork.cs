using Distill.Learning.Randomness;
using Distill.Learning.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

// N images, D features, K classes, A further outputs
namespace Distill.Learning.Networks;

/// <summary>A classifier with a second head on the same features, which is left behind after the training.</summary>
public sealed class AuxiliaryNetwork : nn.Module<Tensor, Tensor>
{
    private readonly FineTunedNetwork main;
    private readonly Linear auxiliary;

    /// <param name="classifier">The classifier; owned by this object.</param>
    /// <param name="outputs">A, outputs of the second head.</param>
    /// <param name="generator">Draws the initial weights of both; null if others replace them.</param>
    public AuxiliaryNetwork(FineTunedNetwork classifier, int outputs, Generator? generator)
        : base("auxiliary")
    {
        main = classifier;
        auxiliary = nn.Linear(classifier.Encoder.Features, outputs);
        RegisterComponents();
        // The classifier starts at random too, as a network's that is not fine-tuned.
        Initialization.Reset(this, generator);
    }

    /// <summary>Creates the network on its device.</summary>
    /// <param name="network">The encoder.</param>
    /// <param name="channels">Channels of the images.</param>
    /// <param name="classes">K.</param>
    /// <param name="outputs">A.</param>
    /// <param name="compute">Device.</param>
    /// <param name="random">Draws the initial weights; null if others replace them.</param>
    public static AuxiliaryNetwork Create(
        NetworkOptions network, int channels, int classes, int outputs, Compute compute, RandomKey? random)
    {
        using var generator = random?.Generator();
        var made = new AuxiliaryNetwork(ClassifierOf(network, channels, classes, null), outputs, generator);
        compute.MoveTo(made);
        return made;
    }

    /// <summary>Creates a network like <see cref="Classifier"/>.</summary>
    public static FineTunedNetwork ClassifierOf(NetworkOptions network, int channels, int classes, Generator? generator) =>
        new(network, new HeadOptions(1, 1), fromLayer: 0, channels, classes, generator);

    /// <summary>The classifier without the second head.</summary>
    public FineTunedNetwork Classifier => main;

    /// <summary>x_NCHW → logits and further outputs, [N, K + A].</summary>
    public override Tensor forward(Tensor x_NCHW)
    {
        using var scope = NewDisposeScope();
        var features_ND = main.Encoder.forward(x_NCHW);
        return cat([main.Classify(features_ND), auxiliary.forward(features_ND)], 1).MoveToOuterDisposeScope();
    }
}
