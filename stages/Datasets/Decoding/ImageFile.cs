using Distill.Datasets.Images;
using Distill.Datasets.Resampling;
using Distill.Pipeline.Options;

namespace Distill.Datasets.Decoding;

/// <summary>Reads single image files, as an evaluation reads the images of a dataset.</summary>
public static class ImageFile
{
    /// <summary>Reads a PNG, JPEG, WebP, BMP or GIF file.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="shape">Shape in which the network sees the image.</param>
    /// <param name="centerCrop">Fraction of the shorter side, see <see cref="ImageSet.CenterCrop"/>.</param>
    /// <returns>uint8 [C, H, W], row-major.</returns>
    /// <exception cref="UserException">The file is missing, damaged, or not an image; the message names it.</exception>
    public static byte[] Read(string path, ImageShape shape, double centerCrop)
    {
        try
        {
            var image = ImageDecoder.Decode(File.ReadAllBytes(path), shape.Channels).Image;
            if (image.Shape == shape && centerCrop == 1)
            {
                return image.Pixels;
            }

            var result = new byte[shape.Size];
            var crop = Crop.Center(image.Shape.Height, image.Shape.Width, centerCrop);
            Resampler.Cut(image, crop, shape.Height, shape.Width, result);
            return result;
        }
        catch (Exception error) when (error is RefusedImageException or IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: {error.Message}");
        }
    }
}
