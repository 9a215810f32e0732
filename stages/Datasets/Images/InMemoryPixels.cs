using static TorchSharp.torch;

namespace Distill.Datasets.Images;

// N images, C channels, H height, W width.

/// <summary>Decoded images of one shape, side by side in memory.</summary>
/// <param name="shape">Shape of every image.</param>
/// <param name="bytes">uint8 [N, C, H, W], row-major. Kept, not copied.</param>
public sealed class InMemoryPixels(ImageShape shape, byte[] bytes) : IPixels
{
    public ImageShape Shape => shape;

    /// <summary>uint8 [N, C, H, W], row-major.</summary>
    public ReadOnlyMemory<byte> Bytes => bytes;

    public (int Height, int Width) SizeOf(int index) => (shape.Height, shape.Width);

    public DecodedImage Decode(int index) => new(shape, bytes.AsSpan(index * shape.Size, shape.Size).ToArray());

    /// <summary>Copies all images to a new tensor on the CPU, uint8 [N, C, H, W]. The caller disposes of it.</summary>
    public Tensor ToTensor() =>
        tensor(bytes, [bytes.Length / shape.Size, shape.Channels, shape.Height, shape.Width], dtype: ScalarType.Byte);
}
