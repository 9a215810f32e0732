using Distill.Datasets;
using Distill.Datasets.Images;
using Distill.Datasets.Options;
using Distill.Pipeline.Options;

namespace Distill.Cli.Capacity;

/// <summary>What a plan must know of a dataset.</summary>
/// <param name="Images">Number of training images.</param>
/// <param name="Classes">Number of classes.</param>
/// <param name="Shape">Shape in which the networks see an image.</param>
/// <param name="IsInMemory">Whether all images are in memory as bytes.</param>
/// <param name="Note">Where the numbers come from, if not from the dataset; null otherwise.</param>
internal sealed record PlannedData(int Images, int Classes, ImageShape Shape, bool IsInMemory, string? Note)
{
    private const int AssumedImages = 1_000_000;
    private const int AssumedClasses = 1000;

    /// <summary>Bytes of all images, if they are in memory.</summary>
    public long BytesInMemory => IsInMemory ? (long)Images * Shape.Size : 0;

    /// <summary>Reads the numbers from the dataset. If it is not there, or if both numbers are given, the given ones count.</summary>
    /// <param name="options">Options of the dataset.</param>
    /// <param name="open">Opens the dataset.</param>
    /// <param name="images">Number of training images; null to read or assume it.</param>
    /// <param name="classes">Number of classes; null to read or assume it.</param>
    public static PlannedData Find(DatasetOptions options, Func<IDataset> open, int? images, int? classes)
    {
        // Only the files of an IDX dataset tell the size of its images.
        if (images is null || classes is null || options.Kind == DatasetKind.Idx)
        {
            try
            {
                var train = open().Train();
                return new PlannedData(
                    images ?? train.Count, classes ?? train.ClassNames.Count, train.Shape, train.Pixels is InMemoryPixels, Note: null);
            }
            catch (UserException)
            {
                // Missing or unusable: a plan can be made before the data are there, and distill data check reports what is wrong.
            }
        }

        var (published, inMemory) = Published(options.Kind);
        var (found, known) = (images ?? published?.Images ?? AssumedImages, classes ?? published?.Classes ?? AssumedClasses);
        var shape = ShapeOf(options);
        var note = options.Kind == DatasetKind.Idx
            ? FormattableString.Invariant($"the dataset cannot be opened, so {found:N0} images of {shape}, {known:N0} classes are assumed")
            : published is null && (images is null || classes is null)
            ? FormattableString.Invariant($"the dataset cannot be opened, so {found:N0} images of {known:N0} classes are assumed ")
                + "(--images, --classes)"
            : null;
        return new PlannedData(found, known, shape, inMemory, note);
    }

    /// <summary>
    /// The shape that options state. It is that of all datasets but IDX files, whose images are not resized: only the files tell theirs.
    /// </summary>
    public static ImageShape ShapeOf(DatasetOptions options) => new(options.Channels, options.ImageSize, options.ImageSize);

    /// <summary>The training images and classes of a published dataset, and whether a kind of dataset is kept in memory.</summary>
    private static ((int Images, int Classes)? Numbers, bool InMemory) Published(DatasetKind kind) => kind switch
    {
        DatasetKind.FashionMnist => ((60_000, 10), true),
        DatasetKind.Sample => ((3_000, 10), true),
        DatasetKind.Cifar10 => ((50_000, 10), true),
        DatasetKind.Cifar100 => ((50_000, 100), true),
        DatasetKind.Idx => (null, true),
        _ => (null, false),
    };
}
