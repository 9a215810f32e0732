using Distill.Datasets.Decoding;
using Distill.Datasets.Images;
using Distill.Datasets.Resampling;

namespace Distill.Datasets.Encoded;

/// <summary>
/// Images that are decoded whenever they are asked for, so that a set may be larger than memory. As many as fit into a budget
/// stay decoded; which ones do changes no pixel.
/// </summary>
/// <param name="images">The images.</param>
/// <param name="sizes">Height and width of each, as decoded and upright.</param>
/// <param name="channels">1 or 3.</param>
/// <param name="shorterSide">Larger images are shrunk to this; null to leave them.</param>
/// <param name="budget">Bytes of decoded images to keep.</param>
internal sealed class EncodedPixels(
    IReadOnlyList<EncodedImage> images, IReadOnlyList<(int Height, int Width)> sizes, int channels, int? shorterSide, long budget) : IPixels
{
    private readonly DecodedImage?[] _kept = new DecodedImage?[images.Count];
    private long _left = budget;

    public (int Height, int Width) SizeOf(int index)
    {
        var (height, width) = sizes[index];
        return shorterSide is { } side ? Resampler.Shrunk(height, width, side) : (height, width);
    }

    public DecodedImage Decode(int index)
    {
        if (Volatile.Read(ref _kept[index]) is { } earlier)
        {
            return earlier;
        }

        var decoded = Fresh(index);
        // Taken before the image is kept: threads that all see room for one more would together exceed the budget.
        var kept = Interlocked.Add(ref _left, -decoded.Pixels.Length) >= 0 && Interlocked.CompareExchange(ref _kept[index], decoded, null) is null;
        if (!kept)
        {
            Interlocked.Add(ref _left, decoded.Pixels.Length);
        }

        return decoded;
    }

    private DecodedImage Fresh(int index)
    {
        var image = images[index];
        try
        {
            var decoded = ImageDecoder.Decode(image.ReadBytes(), channels).Image;
            if ((decoded.Shape.Height, decoded.Shape.Width) != sizes[index])
            {
                throw new RefusedImageException("the image has another size than when it was listed");
            }

            return shorterSide is { } side ? Resampler.Shrink(decoded, side) : decoded;
        }
        catch (Exception error) when (error is RefusedImageException or IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{image.Path}: {image.Name} was readable when the run started, but no longer is: {error.Message}", error);
        }
    }
}
