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
            return Decode(File.ReadAllBytes(path), preprocessing, ImageDecoder.MaxPixels);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: cannot be read: {ReadFailure.Reason(error)}");
        }
        catch (UserException error)
        {
            throw new UserException($"{path}: {error.Message}");
        }
    }

    /// <summary>Decodes the bytes of a PNG, JPEG, WebP, BMP or GIF file.</summary>
    /// <param name="encoded">The bytes of the file.</param>
    /// <param name="preprocessing">What the network sees of the image.</param>
    /// <param name="maxPixels">Images with more pixels are refused before they are decoded; at most 100 million.</param>
    /// <returns>uint8 [C, H, W], row-major.</returns>
    /// <exception cref="UserException">The bytes are damaged, not an image, or too large an image; the message is the reason.</exception>
    public static byte[] Decode(ReadOnlySpan<byte> encoded, Preprocessing preprocessing, long maxPixels)
    {
        try
        {
            var shape = preprocessing.Shape;
            var image = ImageDecoder.Decode(encoded, shape.Channels, preprocessing.ShorterSide, maxPixels: maxPixels).Image;
            var part = preprocessing.MeasuredPart(image.Shape.Height, image.Shape.Width);
            if (part == Crop.Whole && image.Shape == shape)
            {
                return image.Pixels;
            }

            var result = new byte[shape.Size];
            Resampler.Cut(image, part, shape.Height, shape.Width, result);
            return result;
        }
        catch (RefusedImageException error)
        {
            throw new UserException(error.Message);
        }
    }
}
