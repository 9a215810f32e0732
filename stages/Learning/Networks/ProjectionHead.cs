using Distill.Learning.Networks.Inference;
using TorchSharp.Modules;
using static TorchSharp.torch;

// N images, D features, P outputs of the projection head
namespace Distill.Learning.Networks;

/// <summary>
/// SimCLRv2's projection head: dense layers without biases, each followed by a batch norm, and a ReLU after all but the last. The last
/// batch norm has no shift (google-research/simclr, model.py; SimCLRv2 section 2.1 and appendix C).
/// </summary>
public sealed class ProjectionHead : nn.Module<Tensor, Tensor>, IInferenceConvertible
{
    private readonly Sequential layers;

    /// <param name="input">Length of the encoder's features, and of the outputs of the hidden layers.</param>
    /// <param name="output">Length of the projection.</param>
    /// <param name="depth">Number of layers; SimCLRv2 uses 3. With 0 the features are the projection.</param>
    /// <param name="generator">Draws the initial weights; null if others replace them.</param>
    public ProjectionHead(int input, int output, int depth, Generator? generator)
        : base("projection_head")
    {
        var all = new List<nn.Module<Tensor, Tensor>>();
        for (var i = 0; i < depth; i++)
        {
            all.Add(new HeadLayer(input, i == depth - 1 ? output : input, last: i == depth - 1));
        }

        layers = nn.Sequential(all);
        RegisterComponents();
        Initialization.Reset(this, generator);
    }

    /// <summary>features_ND → z_NP, not normalized.</summary>
    public override Tensor forward(Tensor features_ND) => layers.forward(features_ND);

    /// <inheritdoc/>
    IInferenceModule IInferenceConvertible.ToInference(InferenceDtype type) =>
        new InferenceSequence([.. layers.children().Select(layer => ((IInferenceConvertible)layer).ToInference(type))]);
}
