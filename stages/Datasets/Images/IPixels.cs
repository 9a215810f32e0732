namespace Distill.Datasets.Images;

/// <summary>Where the pixels of a split's images are to be had, one image at a time. Safe to use from many threads.</summary>
public interface IPixels
{
    /// <summary>Height and width of an image, known without decoding it.</summary>
    (int Height, int Width) SizeOf(int index);

    /// <summary>An image in that size, with the split's channels.</summary>
    /// <exception cref="IOException">The image has changed since the split was read, or can no longer be read; it is named.</exception>
    DecodedImage Decode(int index);
}
