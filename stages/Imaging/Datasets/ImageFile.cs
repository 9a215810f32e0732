using Stages.Imaging.Datasets.Folders;
using Stages.Pipeline.Options;

namespace Stages.Imaging.Datasets;

/// <summary>One image file, decoded as the images of a folder data set are.</summary>
public static class ImageFile
{
    /// <param name="path">PNG, JPEG, WebP or BMP.</param>
    /// <param name="shape">One or three channels; height and width are equal.</param>
    /// <returns>uint8 [C, H, W], row-major.</returns>
    /// <exception cref="UserException">The file is missing, damaged, or no image; it is named.</exception>
    public static byte[] Read(string path, ImageShape shape)
    {
        try
        {
            return ImageDecoder.Decode(path, shape.Height, shape.Channels).Pixels;
        }
        catch (RefusedImageException e)
        {
            throw new UserException($"{path}: {e.Message}");
        }
    }
}
