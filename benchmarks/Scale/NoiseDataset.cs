using Distill.Datasets;
using Distill.Datasets.Images;

namespace Benchmarks.Scale;

/// <summary>A dataset of noise, with classes in rotation, made once and fast.</summary>
internal sealed class NoiseDataset : IDataset
{
    private readonly ImageSet _images;

    /// <param name="count">Number of images.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="shape">Shape of every image.</param>
    public NoiseDataset(int count, int classes, ImageShape shape)
    {
        var pixels = new byte[count * shape.Size];
        new Random(0).NextBytes(pixels);
        _images = new ImageSet(
            Name,
            shape,
            pixels,
            [.. Enumerable.Range(0, count).Select(image => image % classes)],
            [.. Enumerable.Range(0, classes).Select(number => FormattableString.Invariant($"class {number}"))]);
    }

    public string Name => "noise";

    public ImageSet Train() => _images;

    public ImageSet Test() => _images;

    public string TrainFingerprint() => Name;

    public string TestFingerprint() => Name;
}
