using Distill.Datasets.Images;

namespace Tests.Datasets.Packs;

/// <summary>Random images of different sizes, which count how often any is decoded.</summary>
internal sealed class CountingPixels(int count, int channels, int seed = 0) : IPixels
{
    private readonly Lock _lock = new();
    private int _decoded;

    public int Channels => channels;

    public int? Unreadable { get; init; }

    public Action OnDecode { get; init; } = () => { };

    public int Decoded => _decoded;

    public (int Height, int Width) SizeOf(int index) => (5 + index % 7, 9 + index % (count / 3));

    public DecodedImage Decode(int index)
    {
        Interlocked.Increment(ref _decoded);
        lock (_lock)
        {
            OnDecode();
        }

        return index == Unreadable ? throw new IOException($"image {index} cannot be read") : Pixels(index);
    }

    public DecodedImage Pixels(int index)
    {
        var (height, width) = SizeOf(index);
        var shape = new ImageShape(channels, height, width);
        var pixels = new byte[shape.Size];
        new Random(index + count * seed).NextBytes(pixels);
        return new DecodedImage(shape, pixels);
    }
}
