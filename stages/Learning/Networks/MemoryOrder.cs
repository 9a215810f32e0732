using static TorchSharp.torch;

namespace Distill.Learning.Networks;

/// <summary>The order in which an image's numbers lie in memory.</summary>
internal static class MemoryOrder
{
    /// <summary>
    /// The same tensor in NHWC memory order ("channels last"), which convolutions, batch norms and ReLUs keep: several times
    /// faster on the CPU. TorchSharp has no name for it, so the strides are made by hand; of one channel both orders are
    /// the same bytes, and only the strides tell libtorch which one is meant.
    /// </summary>
    public static Tensor ChannelsLast(Tensor x_NCHW)
    {
        return x_NCHW.shape[1] == 1
            ? OneChannelLast(x_NCHW.contiguous())
            : x_NCHW.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
    }

    // The offset is given because TorchSharp takes none for 0: of a part of a batch, the images would be those of its beginning.
    private static Tensor OneChannelLast(Tensor x_N1HW) => x_N1HW.as_strided(
        x_N1HW.shape, [x_N1HW.shape[2] * x_N1HW.shape[3], 1, x_N1HW.shape[3], 1], x_N1HW.storage_offset());
}
