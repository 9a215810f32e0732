// N images, D features
using static TorchSharp.torch;

namespace Distill.Imaging.Evaluation;

/// <summary>
/// Features of many images in the memory of the host: one tensor that is allocated once. Those of ImageNet from the paper's largest encoder
/// (D = 6,144) take 15.7 GB in half precision, and would take 31.5 GB in fp32.
/// </summary>
internal static class HostFeatures
{
    /// <summary>
    /// Number of values above which they are stored in half precision, whose relative error is at most 0.0005. 2³¹ values take 8 GiB in
    /// fp32.
    /// </summary>
    public const long MaximumInFp32 = 1L << 31;

    /// <summary>Allocates the features of N images on the CPU.</summary>
    public static Tensor Create(long images, long width) => Create(images, width, MaximumInFp32);

    /// <summary>Allocates them with another limit.</summary>
    internal static Tensor Create(long images, long width, long maximumInFp32) =>
        empty(images, width, images * width > maximumInFp32 ? ScalarType.Float16 : ScalarType.Float32, CPU);
}
