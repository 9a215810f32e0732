using Distill.Datasets;
using Distill.Datasets.Images;
using Distill.Imaging.Splits;
using Distill.Learning.Networks;
using Tests.Golden;
using Tests.Pipeline;

namespace Tests;

/// <summary>A dataset in memory: noisy 12×12 images of three classes, whose brightest third shows the class.</summary>
internal sealed class TinyDataset : IDataset
{
    public const int Classes = 3;
    public const int Side = 12;

    private static readonly string[] Names = ["left", "middle", "right"];

    private readonly ImageSet _train = Create("train", 36, i => i % Classes);
    private readonly ImageSet _test = Create("test", 30, i => i % Classes);

    /// <summary>A network that trains on these images in milliseconds per step.</summary>
    public static NetworkOptions Network { get; } = new(Architecture.ResNet18, 0.125, Stem.Small);

    public string Name => "tiny";

    /// <summary>Changes the label of each training image; its pixels stay the same.</summary>
    public Func<int, int, int> Relabel { get; init; } = (_, label) => label;

    public ImageSet Train() => new(
        Name,
        _train.Shape,
        ((InMemoryPixels)_train.Pixels).Bytes.ToArray(),
        [.. _train.Labels.Select((label, image) => Relabel(image, label))],
        Names);

    public ImageSet Test() => _test;

    public string TrainFingerprint() => "train";

    public string TestFingerprint() => "test";

    /// <summary>Writes a split file, which makes the choice of labeled images independent of all labels.</summary>
    public static LabelSplitOptions Labeled(TempFolder folder, string name, params IEnumerable<int> images) =>
        new(null, null, folder.Write(name, string.Concat(images.Select(image => $"{image}\n"))), 0);

    private static ImageSet Create(string key, int count, Func<int, int> label)
    {
        var pixels = new byte[count * Side * Side];
        var noise = Pattern.Uniform(key, pixels.Length).data<float>().ToArray();
        for (var i = 0; i < pixels.Length; i++)
        {
            var (image, column) = (i / (Side * Side), i % Side);
            var bright = column / (Side / Classes) == label(image) ? 60 : 0;
            pixels[i] = (byte)(100 + bright + (50 * noise[i]));
        }

        return new ImageSet("tiny", new ImageShape(1, Side, Side), pixels, [.. Enumerable.Range(0, count).Select(label)], Names);
    }
}
