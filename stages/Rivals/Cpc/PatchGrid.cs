using static TorchSharp.torch;

// N images, C channels, Y and X places of a patch, H and W its height and width
namespace Distill.Rivals.Cpc;

/// <summary>The overlapping patches of an image: six by six, as in the paper, whose images of 260 pixels have patches of 80.</summary>
/// <param name="Patch">Height or width of a patch.</param>
/// <param name="Stride">Pixels from a patch to the next one.</param>
internal readonly record struct PatchGrid(int Patch, int Stride)
{
    /// <summary>Patches in each direction.</summary>
    public const int PerSide = 6;

    /// <summary>Patches until the first that shares no pixel with this one: three in the paper, two at 28 pixels.</summary>
    public int Apart => (Patch + Stride - 1) / Stride;

    /// <summary>The grid along a side of the image: patches of 8 and strides of 4 at 28 pixels.</summary>
    /// <param name="pixels">Height or width of the image, at least 8.</param>
    public static PatchGrid Of(long pixels)
    {
        var patch = (int)(2 * pixels / 7);
        return new PatchGrid(patch, (int)((pixels - patch) / (PerSide - 1)));
    }

    /// <summary>Cuts images into patches, x_NCHW → [N, C, Y, X, H, W].</summary>
    public static Tensor Cut(Tensor x_NCHW)
    {
        var (tall, wide) = (Of(x_NCHW.shape[2]), Of(x_NCHW.shape[3]));
        return x_NCHW.unfold(2, tall.Patch, tall.Stride).unfold(3, wide.Patch, wide.Stride)
            .narrow(2, 0, PerSide).narrow(3, 0, PerSide);
    }
}
