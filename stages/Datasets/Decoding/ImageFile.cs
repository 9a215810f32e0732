using Distill.Datasets.Images;
using Distill.Datasets.Resampling;
using Distill.Pipeline.Options;

namespace Distill.Datasets.Decoding;

/// <summary>One image file, as the images of a data set are when they are measured.</summary>
public static class ImageFile
{
    /// <param name="path">PNG, JPEG, WebP, BMP or GIF.</param>
    /// <param name="shape">What the network takes.</param>
    /// <param name="centerCrop">Share of the shorter side that is looked at, see <see cref="ImageSet.CenterCrop"/>.</param>
    /// <returns>uint8 [C, H, W], row-major.</returns>
    /// <exception cref="UserException">The file is missing, damaged, or no image; it is named.</exception>
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
            Resampler.Cut(image, Crop.Center(image.Shape.Height, image.Shape.Width, centerCrop), shape.Height, shape.Width, result);
            return result;
        }
        catch (Exception error) when (error is RefusedImageException or IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: {error.Message}");
        }
    }
}
