using Distill.Datasets;
using Distill.Datasets.Images;

namespace Distill.Cli.Drafting;

/// <summary>A few training images of a dataset, on which steps are timed: two of each class, and others at equal distances.</summary>
/// <param name="all">The dataset; its test images are not opened.</param>
/// <param name="count">Number of images besides those of the classes.</param>
internal sealed class SampledDataset(IDataset all, int count) : IDataset
{
    private const int PerClass = 2;

    private readonly Lazy<ImageSet> _train = new(() => Sample(all.Train(), count));

    public string Name => all.Name;

    public ImageSet Train() => _train.Value;

    public ImageSet Test() => throw new NotSupportedException("steps are timed without test images");

    public string TrainFingerprint() => "sample";

    public string TestFingerprint() => "sample";

    private static ImageSet Sample(ImageSet train, int count)
    {
        var labeled = Enumerable.Range(0, train.Count)
            .Where(image => train.Labels[image] != ImageSet.Unlabeled)
            .GroupBy(image => train.Labels[image])
            .SelectMany(members => members.Take(PerClass));
        var spread = Math.Min(count, train.Count);
        int[] chosen =
        [
            .. Enumerable.Range(0, spread).Select(number => (int)((long)number * train.Count / spread)).Union(labeled).Order(),
        ];
        return new ImageSet(
            train.Name, train.Shape, new SampledPixels(train.Pixels, chosen), [.. chosen.Select(image => train.Labels[image])],
            train.ClassNames)
        {
            CenterCrop = train.CenterCrop,
        };
    }

    /// <summary>Leaves out <see cref="IPixels.Prepare"/>, which would pack every image to read a few.</summary>
    private sealed class SampledPixels(IPixels all, int[] chosen) : IPixels
    {
        public (int Height, int Width) SizeOf(int index) => all.SizeOf(chosen[index]);

        public DecodedImage Decode(int index) => all.Decode(chosen[index]);

        public void Read(int index, PixelReader read) => all.Read(chosen[index], read);
    }
}
