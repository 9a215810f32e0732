namespace Distill.Learning.Networks;

/// <summary>The architecture of a residual network: its kind of block and the number of blocks in each of the four stages.</summary>
/// <param name="Name">Its name in the literature, such as <c>resnet50</c>.</param>
/// <param name="Bottleneck">Bottleneck blocks (1×1, 3×3, 1×1) or basic blocks (3×3, 3×3).</param>
/// <param name="Blocks">Number of blocks in stages 1 to 4.</param>
/// <remarks>
/// He et al., "Deep Residual Learning for Image Recognition", table 1. ResNet-200 is from "Identity Mappings in Deep Residual Networks",
/// but with the block of the other architectures, as in google-research/simclr.
/// </remarks>
public sealed record Architecture(string Name, bool Bottleneck, IReadOnlyList<int> Blocks)
{
    public static readonly Architecture ResNet18 = new("resnet18", false, [2, 2, 2, 2]);
    public static readonly Architecture ResNet34 = new("resnet34", false, [3, 4, 6, 3]);
    public static readonly Architecture ResNet50 = new("resnet50", true, [3, 4, 6, 3]);
    public static readonly Architecture ResNet101 = new("resnet101", true, [3, 4, 23, 3]);
    public static readonly Architecture ResNet152 = new("resnet152", true, [3, 8, 36, 3]);
    public static readonly Architecture ResNet200 = new("resnet200", true, [3, 24, 36, 3]);

    /// <summary>Every architecture by its name.</summary>
    public static readonly IReadOnlyDictionary<string, Architecture> All =
        new[] { ResNet18, ResNet34, ResNet50, ResNet101, ResNet152, ResNet200 }.ToDictionary(a => a.Name);

    /// <summary>Output channels of a block per channel of its 3×3 convolution.</summary>
    public int Expansion => Bottleneck ? 4 : 1;
}
