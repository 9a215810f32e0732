// N images, C channels, H height, W width
using Distill.Imaging;
using static TorchSharp.torch;

namespace Distill.Report;

/// <summary>Encodes images as small PNG files, which the page enlarges.</summary>
internal static class Pictures
{
    // In pixels; twice the size on the page, for screens of high resolution.
    private const int LargestSide = 256;

    /// <summary>Encodes each image as one file.</summary>
    /// <param name="images_NCHW">Floats in [0, 1], with one or three channels.</param>
    public static IReadOnlyList<byte[]> Encode(Tensor images_NCHW)
    {
        using var scope = NewDisposeScope();
        var longer = Math.Max(images_NCHW.shape[2], images_NCHW.shape[3]);
        if (longer > LargestSide)
        {
            images_NCHW = nn.functional.adaptive_avg_pool2d(
                images_NCHW,
                [Math.Max(1, images_NCHW.shape[2] * LargestSide / longer), Math.Max(1, images_NCHW.shape[3] * LargestSide / longer)]);
        }

        var (channels, height, width) = ((int)images_NCHW.shape[1], (int)images_NCHW.shape[2], (int)images_NCHW.shape[3]);
        return [.. PngPicture.ToBytes(images_NCHW).Chunk(channels * height * width).Select(image => Encode(image, height, width))];
    }

    private static byte[] Encode(byte[] image_CHW, int height, int width)
    {
        using var picture = new PngPicture(width, height);
        picture.Paste(image_CHW, (height, width));
        return picture.Encode();
    }
}
