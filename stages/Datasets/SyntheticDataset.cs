using Distill.Datasets.Images;
using Distill.Learning.Randomness;

namespace Distill.Datasets;

/// <summary>Random images with random labels, to rehearse a pipeline without its data.</summary>
/// <param name="shape">Shape of every image.</param>
/// <param name="classes">Number of classes.</param>
/// <param name="perClass">Training images per class. The test split has one per class.</param>
public sealed class SyntheticDataset(ImageShape shape, int classes, int perClass) : IDataset
{
    public string Name => "noise";

    public ImageSet Train() => Draw("train", classes * perClass);

    public ImageSet Test() => Draw("test", classes);

    public string TrainFingerprint() => "noise";

    public string TestFingerprint() => "noise";

    private ImageSet Draw(string split, int count)
    {
        var key = RandomKey.FromSeed(0).Fold(split);
        var pixels = new byte[count * shape.Size];
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)key.Below(i, 256);
        }

        return new ImageSet(
            Name,
            shape,
            pixels,
            [.. Enumerable.Range(0, count).Select(image => image % classes)],
            [.. Enumerable.Range(0, classes).Select(number => FormattableString.Invariant($"class {number}"))]);
    }
}
