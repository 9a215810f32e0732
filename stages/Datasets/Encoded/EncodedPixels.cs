using Distill.Datasets.Decoding;
using Distill.Datasets.Images;
using Distill.Datasets.Resampling;
using Distill.Pipeline.Storage;

namespace Distill.Datasets.Encoded;

/// <summary>
/// Images that are decoded at each call, so a dataset may be larger than memory. The first ones stay decoded, as many as fit into a budget.
/// Which ones stay does not change any pixel.
/// </summary>
/// <param name="images">Encoded images.</param>
/// <param name="sizes">Height and width of each upright image.</param>
/// <param name="channels">1 for gray, 3 for color.</param>
/// <param name="shorterSide">Maximum shorter side, to which larger images are shrunk; null to keep their size.</param>
/// <param name="budget">Maximum size of the decoded images that are kept, in bytes.</param>
internal sealed class EncodedPixels(
    IReadOnlyList<EncodedImage> images, IReadOnlyList<(int Height, int Width)> sizes, int channels, int? shorterSide, long budget) : IPixels
{
    private readonly DecodedImage?[] _kept = new DecodedImage?[images.Count];
    private long _bytesLeft = budget;

    public (int Height, int Width) SizeOf(int index)
    {
        var (height, width) = sizes[index];
        return shorterSide is { } side ? Resampler.ShrunkSize(height, width, side) : (height, width);
    }

    public DecodedImage Decode(int index)
    {
        if (Volatile.Read(ref _kept[index]) is { } earlier)
        {
            return earlier;
        }

        var decoded = DecodeFile(index, buffers: null);
        // The room is reserved first: otherwise several threads could all see room for one image, and together exceed the budget.
        var kept = Interlocked.Add(ref _bytesLeft, -decoded.Pixels.Length) >= 0
            && Interlocked.CompareExchange(ref _kept[index], decoded, null) is null;
        if (!kept)
        {
            Interlocked.Add(ref _bytesLeft, decoded.Pixels.Length);
        }

        return decoded;
    }

    public void Read(int index, PixelReader read)
    {
        var (height, width) = SizeOf(index);
        if (Volatile.Read(ref _kept[index]) is not null || Volatile.Read(ref _bytesLeft) >= (long)channels * height * width)
        {
            var kept = Decode(index);
            read(kept.Shape, kept.Pixels);
            return;
        }

        using var buffers = new PixelBuffers();
        var image = DecodeFile(index, buffers);
        read(image.Shape, image.Pixels.AsSpan(0, image.Shape.Size));
    }

    private static string Reason(Exception error) => error is RefusedImageException ? error.Message : ReadFailure.Reason(error);

    private DecodedImage DecodeFile(int index, PixelBuffers? buffers)
    {
        var image = images[index];
        try
        {
            var (header, decoded) = ImageDecoder.Decode(image.ReadBytes(), channels, shorterSide, buffers);
            return (header.Height, header.Width) == sizes[index]
                ? decoded
                : throw new RefusedImageException("the image has a different size than when it was listed");
        }
        catch (Exception error) when (error is RefusedImageException or IOException or UnauthorizedAccessException)
        {
            var message = $"{image.Path} was readable when the run started, but no longer is: {Reason(error)}";
            throw error is ChangedInputException ? new ChangedInputException(message, error) : new IOException(message, error);
        }
    }
}
