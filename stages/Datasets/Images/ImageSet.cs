using System.Globalization;

namespace Distill.Datasets.Images;

/// <summary>A split of a dataset: shape, label and name of its images, and access to their pixels.</summary>
/// <remarks>
/// Where the bytes of an image are, and when:
/// <list type="number">
/// <item>Datasets, fixed size (IDX, CIFAR): <see cref="InMemoryPixels"/> holds all images decoded, from the start.</item>
/// <item>Datasets, any size: <c>EncodedPixels</c> decodes at each call, and keeps decoded images up to <c>dataset.cacheMiB</c>.</item>
/// <item>From both: <see cref="IPixels"/> returns one <see cref="DecodedImage"/>, which its caller drops after cropping its views.</item>
/// <item>Imaging: <c>ResidentBank</c> copies images in memory to the GPU, <c>HostBank</c> reads them there, <c>StreamedBank</c> decodes a
/// batch.</item>
/// </list>
/// </remarks>
public sealed class ImageSet
{
    /// <summary>The label of an image whose class is unknown.</summary>
    public const int Unlabeled = -1;

    private readonly IReadOnlyList<string>? _imageNames;

    /// <param name="name">Name of the dataset, for messages and for headers of split files.</param>
    /// <param name="shape">Shape in which networks see every image.</param>
    /// <param name="pixels">Pixels of the N images.</param>
    /// <param name="labels">N class numbers, each possibly <see cref="Unlabeled"/>.</param>
    /// <param name="classNames">Names of the K classes, by number.</param>
    /// <param name="imageNames">N distinct names; null to name each image by its number.</param>
    /// <exception cref="ArgumentException">The lengths contradict each other, or a label has no class.</exception>
    public ImageSet(
        string name,
        ImageShape shape,
        IPixels pixels,
        IReadOnlyList<int> labels,
        IReadOnlyList<string> classNames,
        IReadOnlyList<string>? imageNames = null)
    {
        if (pixels is InMemoryPixels { Shape: var each, Bytes: var bytes } && (long)each.Size * labels.Count != bytes.Length)
        {
            throw new ArgumentException(
                $"{labels.Count} labels of images of {each} do not fit {bytes.Length} bytes of pixels");
        }

        if (imageNames is not null && imageNames.Count != labels.Count)
        {
            throw new ArgumentException($"{labels.Count} labels but {imageNames.Count} image names");
        }

        if (labels.Any(label => label < Unlabeled || label >= classNames.Count))
        {
            throw new ArgumentException($"a label is outside the {classNames.Count} classes");
        }

        (Name, Shape, Pixels, Labels, ClassNames) = (name, shape, pixels, labels, classNames);
        _imageNames = imageNames;
    }

    /// <summary>Creates a set of images that all have the network's shape: <paramref name="pixels"/> is uint8 [N, C, H, W].</summary>
    /// <inheritdoc cref="ImageSet(string, ImageShape, IPixels, IReadOnlyList{int}, IReadOnlyList{string}, IReadOnlyList{string}?)"/>
    public ImageSet(
        string name,
        ImageShape shape,
        byte[] pixels,
        IReadOnlyList<int> labels,
        IReadOnlyList<string> classNames,
        IReadOnlyList<string>? imageNames = null)
        : this(name, shape, new InMemoryPixels(shape, pixels), labels, classNames, imageNames)
    {
    }

    public string Name { get; }

    public ImageShape Shape { get; }

    public int Count => Labels.Count;

    public IPixels Pixels { get; }

    /// <summary>N class numbers, each possibly <see cref="Unlabeled"/>.</summary>
    public IReadOnlyList<int> Labels { get; }

    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>
    /// Side of the centered square that a network sees in an evaluation, as a fraction of the image's shorter side. 0.875 for photographs
    /// (google-research/simclr, data_util.py), and 1 for images that already have the network's shape.
    /// </summary>
    public double CenterCrop { get; init; } = 1;

    /// <summary>Maximum shorter side in pixels, to which <see cref="Pixels"/> scale larger images down; null for none.</summary>
    public int? ShorterSide { get; init; }

    /// <summary>What a network sees of these images in an evaluation.</summary>
    public Preprocessing Preprocessing => new(Shape, CenterCrop, ShorterSide);

    /// <summary>Returns the name of an image, distinct within its split: its path in the dataset's folder, or its number.</summary>
    public string ImageName(int index) => _imageNames?[index] ?? index.ToString(CultureInfo.InvariantCulture);

    /// <summary>Returns the part of an image that an evaluation uses.</summary>
    public Crop MeasuredPart(int index)
    {
        var (height, width) = Pixels.SizeOf(index);
        return Preprocessing.MeasuredPart(height, width);
    }
}

/// <summary>The two parts of a dataset.</summary>
public enum Split
{
    /// <summary>Everything that may be learned from, labeled or not.</summary>
    Train,

    /// <summary>The images for evaluation. Training never opens them.</summary>
    Test,
}
