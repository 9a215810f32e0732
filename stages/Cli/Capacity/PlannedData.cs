using Distill.Datasets;
using Distill.Datasets.Images;
using Distill.Datasets.Options;
using Distill.Pipeline.Options;

namespace Distill.Cli.Capacity;

/// <summary>What a plan must know of a dataset.</summary>
/// <param name="Images">Number of training images.</param>
/// <param name="Classes">Number of classes.</param>
/// <param name="Channels">Channels of an image.</param>
/// <param name="Size">Height and width that the networks see, in pixels.</param>
/// <param name="IsInMemory">Whether all images are in memory as bytes.</param>
/// <param name="Note">Where the numbers come from, if not from the dataset; null otherwise.</param>
internal sealed record PlannedData(int Images, int Classes, int Channels, int Size, bool IsInMemory, string? Note)
{
    private const int AssumedImages = 1_000_000;
    private const int AssumedClasses = 1000;

    /// <summary>Values of a view: channels × height × width.</summary>
    public long Values => (long)Channels * Size * Size;

    /// <summary>Bytes of all images, if they are in memory.</summary>
    public long BytesInMemory => IsInMemory ? Images * Values : 0;

    /// <summary>Reads the numbers from the dataset. If it is not there, or if both numbers are given, the given ones count.</summary>
    /// <param name="options">Options of the dataset.</param>
    /// <param name="open">Opens the dataset.</param>
    /// <param name="images">Number of training images; null to read or assume it.</param>
    /// <param name="classes">Number of classes; null to read or assume it.</param>
    public static PlannedData Find(DatasetOptions options, Func<IDataset> open, int? images, int? classes)
    {
        if (images is null || classes is null)
        {
            try
            {
                var train = open().Train();
                return Of(options, images ?? train.Count, classes ?? train.ClassNames.Count, train.Pixels is InMemoryPixels, note: null);
            }
            catch (UserException)
            {
                // Missing or unusable: a plan can be made before the data are there, and distill data check reports what is wrong.
            }
        }

        var (published, inMemory) = Published(options.Kind);
        var (found, known) = (images ?? published?.Images ?? AssumedImages, classes ?? published?.Classes ?? AssumedClasses);
        var note = published is null && (images is null || classes is null)
            ? FormattableString.Invariant($"the dataset cannot be opened, so {found:N0} images of {known:N0} classes are assumed ")
                + "(--images, --classes)"
            : null;
        return Of(options, found, known, inMemory, note);
    }

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

    private static PlannedData Of(DatasetOptions options, int images, int classes, bool inMemory, string? note) =>
        new(images, classes, options.Channels, options.ImageSize, inMemory, note);
}
