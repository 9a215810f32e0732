using Distill.Pipeline.Options;

namespace Distill.Learning.Networks;

/// <summary>The options of a projection head in pipeline.json.</summary>
/// <param name="Layers">Number of layers; 3 in SimCLRv2 (section 2.1), 2 in SimCLR, 0 for none.</param>
/// <param name="Output">Length of the projection, if there is a layer; 128 in both papers.</param>
public sealed record HeadOptions(int Layers, int Output)
{
    public static HeadOptions Read(JsonSection section) => new(
        section.Integer("layers", 3, 0, 8, "Layers of the projection head; with 0, the loss compares the encoder's features."),
        section.Integer("output", 128, 2, 8192, "Size of the projection."));

    /// <summary>Number of layers below the last one, with which a network may be fine-tuned.</summary>
    public int Hidden => Math.Max(0, Layers - 1);

    /// <summary>Returns P, the length of what the loss compares.</summary>
    public int LengthOn(NetworkOptions network) => Layers == 0 ? network.Features : Output;
}
