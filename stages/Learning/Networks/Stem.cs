namespace Distill.Learning.Networks;

/// <summary>What stands before the first residual stage, hence how much of the image's size is left to it.</summary>
public enum Stem
{
    /// <summary>7×7 convolution of stride 2 and a 3×3 max-pool of stride 2 (He et al.): a quarter of the size.</summary>
    ImageNet,

    /// <summary>3×3 convolution of stride 1, no pool: the whole size. SimCLR's stem for CIFAR (appendix B.9).</summary>
    Small,

    /// <summary>3×3 convolution of stride 2, no pool: half of the size.</summary>
    Half,

    /// <summary>3×3 convolution of stride 2 and a 3×3 max-pool of stride 2: a quarter of the size, without the 7×7's blur.</summary>
    Quarter,
}
