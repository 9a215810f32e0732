// N images, C channels, H height, W width
using Distill.Datasets.Images;
using Distill.Learning.Arithmetic;
using static TorchSharp.torch;

namespace Distill.Imaging.Augmentation;

/// <summary>Cuts one crop from each image of a batch and scales it, in one bilinear sampling.</summary>
/// <remarks>It does not antialias. It is meant for images of up to about 64 pixels, whose crops are enlarged.</remarks>
internal static class CropRenderer
{
    /// <summary>Returns the scaled crops, [N, C, H, W].</summary>
    /// <param name="images_NCHW">Floats of any range.</param>
    /// <param name="crops">One crop per image.</param>
    /// <param name="size">Height and width of the result; null for those of the images.</param>
    /// <exception cref="ArgumentException">The numbers of crops and images differ.</exception>
    public static Tensor Render(Tensor images_NCHW, ReadOnlySpan<Crop> crops, int? size = null)
    {
        if (crops.Length != images_NCHW.shape[0])
        {
            throw new ArgumentException($"found {crops.Length} crops, expected one per image of {images_NCHW.shape[0]}", nameof(crops));
        }

        using var scope = NewDisposeScope();
        var theta = new float[crops.Length * 6];
        for (var i = 0; i < crops.Length; i++)
        {
            // Output coordinates run from −1 to 1. Input x = scale · x + shift, and a negative scale mirrors.
            var crop = crops[i];
            theta[6 * i] = crop.Flipped ? -crop.Width : crop.Width;
            theta[6 * i + 2] = 2 * crop.Left + crop.Width - 1;
            theta[6 * i + 4] = crop.Height;
            theta[6 * i + 5] = 2 * crop.Top + crop.Height - 1;
        }

        // Cloned, because a tensor of an array keeps the array's alignment, and the rounding of a matrix product depends on alignment.
        var theta_N23 = tensor(theta, [crops.Length, 2, 3]).clone().OnDevice(images_NCHW.device);
        var (n, c, h, w) = (images_NCHW.shape[0], images_NCHW.shape[1], images_NCHW.shape[2], images_NCHW.shape[3]);
        var grid_NHW2 = nn.functional.affine_grid(theta_N23, [n, c, size ?? h, size ?? w], align_corners: false);
        return nn.functional
            .grid_sample(images_NCHW, grid_NHW2, GridSampleMode.Bilinear, GridSamplePaddingMode.Border, align_corners: false)
            .MoveToOuterDisposeScope();
    }
}
