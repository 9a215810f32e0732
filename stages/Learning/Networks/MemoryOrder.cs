using static TorchSharp.torch;

// N images, C channels, H height, W width
namespace Distill.Learning.Networks;

/// <summary>Converts the order in which the values of images lie in memory.</summary>
internal static class MemoryOrder
{
    /// <summary>
    /// Returns the same tensor in NHWC memory order ("channels last"), which convolutions, batch norms and ReLUs keep. It is several times
    /// faster on the CPU. TorchSharp has no API for it, so the strides are set here. With one channel, both orders have the same bytes,
    /// and only the strides tell libtorch which order is meant.
    /// </summary>
    public static Tensor ChannelsLast(Tensor x_NCHW)
    {
        return x_NCHW.shape[1] == 1
            ? OneChannelLast(x_NCHW.contiguous())
            : x_NCHW.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
    }

    // TorchSharp takes a missing offset for 0, so a part of a batch would have the images of the batch's beginning.
    private static Tensor OneChannelLast(Tensor x_N1HW) => x_N1HW.as_strided(
        x_N1HW.shape, [x_N1HW.shape[2] * x_N1HW.shape[3], 1, x_N1HW.shape[3], 1], x_N1HW.storage_offset());
}
