// N images, D features
using static TorchSharp.torch;

namespace Distill.Imaging.Evaluation;

/// <summary>
/// Features of many images in the memory of the host: one tensor that is allocated once. Those of ImageNet from the paper's largest encoder
/// (D = 6,144) take 15.7 GB in half precision, and would take 31.5 GB in fp32.
/// </summary>
public static class HostFeatures
{
    /// <summary>
    /// Number of values above which they are stored in half precision, whose relative error is at most 0.0005. 2³¹ values take 8 GiB in
    /// fp32.
    /// </summary>
    public const long MaximumInFp32 = 1L << 31;

    /// <summary>Bytes of the features of N images.</summary>
    public static long BytesOf(long images, long width) => images * width * (IsLarge(images, width) ? sizeof(ushort) : sizeof(float));

    /// <summary>Allocates the features of N images on the CPU.</summary>
    internal static Tensor Create(long images, long width) => Create(images, width, MaximumInFp32);

    /// <summary>Allocates them with another limit.</summary>
    internal static Tensor Create(long images, long width, long maximumInFp32) =>
        empty(images, width, IsLarge(images, width, maximumInFp32) ? ScalarType.Float16 : ScalarType.Float32, CPU);

    private static bool IsLarge(long images, long width, long maximumInFp32 = MaximumInFp32) => images * width > maximumInFp32;
}
