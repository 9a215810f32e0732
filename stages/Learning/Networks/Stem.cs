namespace Distill.Learning.Networks;

/// <summary>The layers before the first residual stage, which decide the size of its maps.</summary>
public enum Stem
{
    /// <summary>
    /// 7×7 convolution of stride 2 and a 3×3 max-pool of stride 2 (He et al.). Maps have a quarter of the image's height and width.
    /// </summary>
    ImageNet,

    /// <summary>3×3 convolution of stride 1, no pool, as in SimCLR for CIFAR (appendix B.9). Maps have the image's size.</summary>
    Small,

    /// <summary>3×3 convolution of stride 2, no pool. Maps have half of the height and width.</summary>
    Half,

    /// <summary>
    /// 3×3 convolution of stride 2 and a 3×3 max-pool of stride 2. Maps have a quarter of the height and width, without the blur of a 7×7
    /// convolution.
    /// </summary>
    Quarter,
}
