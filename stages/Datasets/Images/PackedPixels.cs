using static TorchSharp.torch;

namespace Distill.Datasets.Images;

/// <summary>Images of one shape, decoded, side by side in memory.</summary>
/// <param name="shape">The shape of every image.</param>
/// <param name="bytes">[N, C, H, W], row-major, uint8. Kept, not copied.</param>
public sealed class PackedPixels(ImageShape shape, byte[] bytes) : IPixels
{
    public ImageShape Shape => shape;

    /// <summary>[N, C, H, W], row-major, uint8.</summary>
    public ReadOnlyMemory<byte> Bytes => bytes;

    public (int Height, int Width) SizeOf(int index) => (shape.Height, shape.Width);

    public DecodedImage Decode(int index) => new(shape, bytes.AsSpan(index * shape.Size, shape.Size).ToArray());

    /// <summary>All of them as a new tensor, uint8 [N, C, H, W], on the CPU. The caller disposes of it.</summary>
    public Tensor ToTensor() =>
        tensor(bytes, [bytes.Length / shape.Size, shape.Channels, shape.Height, shape.Width], dtype: ScalarType.Byte);
}
