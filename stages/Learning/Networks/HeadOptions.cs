using Distill.Pipeline.Options;

namespace Distill.Learning.Networks;

/// <summary>The options of a projection head in pipeline.json.</summary>
/// <param name="Layers">Number of layers; 3 in SimCLRv2 (section 2.1), 2 in SimCLR.</param>
/// <param name="Output">Length of the projection; 128 in both papers.</param>
public sealed record HeadOptions(int Layers, int Output)
{
    public static HeadOptions Read(JsonSection section) => new(
        section.Integer("layers", 3, 1, 8, "Layers of the projection head."),
        section.Integer("output", 128, 2, 8192, "Size of the projection."));
}
