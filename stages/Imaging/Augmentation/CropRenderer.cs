using Distill.Datasets.Images;
using Distill.Learning.Arithmetic;
using static TorchSharp.torch;

namespace Distill.Imaging.Augmentation;

/// <summary>Cuts a crop of its own out of each image of a batch and scales it to one size, in one bilinear sampling.</summary>
/// <remarks>No antialiasing, which is right for images of up to some 64 pixels, where crops are enlarged.</remarks>
internal static class CropRenderer
{
    /// <param name="images_NCHW">Floats.</param>
    /// <param name="crops">One an image.</param>
    /// <param name="size">Height and width of the result; null for those of the images.</param>
    /// <returns>[N, C, height, width].</returns>
    public static Tensor Render(Tensor images_NCHW, ReadOnlySpan<Crop> crops, int? size = null)
    {
        if (crops.Length != images_NCHW.shape[0])
        {
            throw new ArgumentException($"found {crops.Length} crops, expected one for each of {images_NCHW.shape[0]} images", nameof(crops));
        }

        using var scope = NewDisposeScope();
        var theta = new float[crops.Length * 6];
        for (var i = 0; i < crops.Length; i++)
        {
            // Output coordinates run from −1 to 1; input x = scale·x + shift, and a negative scale mirrors.
            var crop = crops[i];
            theta[6 * i] = crop.Flipped ? -crop.Width : crop.Width;
            theta[6 * i + 2] = 2 * crop.Left + crop.Width - 1;
            theta[6 * i + 4] = crop.Height;
            theta[6 * i + 5] = 2 * crop.Top + crop.Height - 1;
        }

        // Cloned, because the tensor of an array lies wherever the array does, and a matrix product rounds by alignment.
        var theta_N23 = tensor(theta, [crops.Length, 2, 3]).clone().OnDevice(images_NCHW.device);
        var (n, c, h, w) = (images_NCHW.shape[0], images_NCHW.shape[1], images_NCHW.shape[2], images_NCHW.shape[3]);
        var grid_NHW2 = nn.functional.affine_grid(theta_N23, [n, c, size ?? h, size ?? w], align_corners: false);
        return nn.functional
            .grid_sample(images_NCHW, grid_NHW2, GridSampleMode.Bilinear, GridSamplePaddingMode.Border, align_corners: false)
            .MoveToOuterDisposeScope();
    }
}
