using System.Globalization;
using Distill.Datasets.Images;
using Distill.Pipeline.Options;

namespace Distill.Datasets.Idx;

/// <summary>A dataset in the form of MNIST: four IDX files in a folder, gzip or plain, under their usual names.</summary>
/// <param name="name">Name of the dataset.</param>
/// <param name="folder">Folder of the files.</param>
/// <param name="published">Files with a known hash. Any other content under their names is refused.</param>
/// <param name="classNames">Names of the classes; null to use the numbers from 0 to the largest training label.</param>
internal sealed class IdxDataset(
    string name, string folder, IReadOnlyList<PublishedFile> published, IReadOnlyList<string>? classNames = null) : IDataset
{
    public const string TrainImages = "train-images-idx3-ubyte";
    public const string TrainLabels = "train-labels-idx1-ubyte";
    public const string TestImages = "t10k-images-idx3-ubyte";
    public const string TestLabels = "t10k-labels-idx1-ubyte";

    public static IReadOnlyList<string> FileNames { get; } = [TrainImages, TrainLabels, TestImages, TestLabels];

    public string Name => name;

    public ImageSet Train() => Read(TrainImages, TrainLabels);

    public ImageSet Test() => Read(TestImages, TestLabels);

    public string TrainFingerprint() => Fingerprint.FromFiles([Verify(TrainImages), Verify(TrainLabels)]);

    public string TestFingerprint() => Fingerprint.FromFiles([Verify(TestImages), Verify(TestLabels)]);

    private ImageSet Read(string imagesName, string labelsName)
    {
        Verify(imagesName);
        Verify(labelsName);
        var (shape, pixels) = IdxReader.ReadImages(PathOf(imagesName));
        var labelsPath = PathOf(labelsName);
        var labels = IdxReader.ReadLabels(labelsPath);
        if (labels.Length != pixels.Length / shape.Size)
        {
            throw new UserException($"{labelsPath}: found {labels.Length} labels, expected {pixels.Length / shape.Size}, one per image");
        }

        var classes = classNames ?? Numbers(labelsName == TrainLabels ? labels : IdxReader.ReadLabels(PathOf(TrainLabels)));
        if (labels.Max() is var largest && largest >= classes.Count)
        {
            throw new UserException($"{labelsPath}: found the label {largest}, expected 0 to {classes.Count - 1}");
        }

        return new ImageSet(name, shape, pixels, Array.ConvertAll(labels, label => (int)label), classes);
    }

    private static List<string> Numbers(byte[] trainLabels) =>
        [.. Enumerable.Range(0, trainLabels.Max() + 1).Select(label => label.ToString(CultureInfo.InvariantCulture))];

    private DatasetFile Verify(string fileName)
    {
        var path = PathOf(fileName);
        var found = IdxFile.Sha256(path);
        var expected = published.FirstOrDefault(file => file.Name == fileName)?.Sha256;
        return expected is null || expected == found
            ? new DatasetFile(fileName, found)
            : throw new UserException(
                $"{path} is not the published file: found SHA-256 {found}, expected {expected}. " +
                "Delete it and run `make data` (or `distill data fetch`)");
    }

    private string PathOf(string fileName) =>
        IdxFile.Locate(folder, fileName)
        ?? throw new UserException(
            $"{Path.Combine(folder, fileName)}.gz is missing. Run `make data` (or `distill data fetch`) to fetch {name}");
}
