using Distill.Datasets.Images;
using Distill.Datasets.Resampling;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;

namespace Distill.Datasets.Decoding;

/// <summary>Reads single image files, as an evaluation reads the images of a dataset.</summary>
public static class ImageFile
{
    /// <summary>Reads a PNG, JPEG, WebP, BMP or GIF file.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="preprocessing">What the network sees of the image.</param>
    /// <returns>uint8 [C, H, W], row-major.</returns>
    /// <exception cref="UserException">The file is missing, damaged, or not an image; the message names it.</exception>
    public static byte[] Read(string path, Preprocessing preprocessing)
    {
        try
        {
            var shape = preprocessing.Shape;
            var image = ImageDecoder.Decode(File.ReadAllBytes(path), shape.Channels, preprocessing.ShorterSide).Image;
            var part = preprocessing.MeasuredPart(image.Shape.Height, image.Shape.Width);
            if (part == Crop.Whole && image.Shape == shape)
            {
                return image.Pixels;
            }

            var result = new byte[shape.Size];
            Resampler.Cut(image, part, shape.Height, shape.Width, result);
            return result;
        }
        catch (Exception error) when (error is RefusedImageException or IOException or UnauthorizedAccessException)
        {
            var reason = error is RefusedImageException ? error.Message : $"cannot be read: {ReadFailure.Reason(error)}";
            throw new UserException($"{path}: {reason}");
        }
    }
}
