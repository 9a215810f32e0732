using System.Globalization;

namespace Distill.Datasets.Images;

/// <summary>A split of a data set: what is known of each image, and where its pixels are to be had.</summary>
public sealed class ImageSet
{
    /// <summary>The label of an image whose class is unknown.</summary>
    public const int Unlabeled = -1;

    private readonly IReadOnlyList<string>? _imageNames;

    /// <param name="name">The data set's name, for people and for headers of split files.</param>
    /// <param name="shape">The shape in which a network sees every image.</param>
    /// <param name="pixels">Where the images are.</param>
    /// <param name="labels">N numbers of a class, or <see cref="Unlabeled"/>.</param>
    /// <param name="classNames">The name of each class.</param>
    /// <param name="imageNames">N distinct names; null where an image's number is its name.</param>
    /// <exception cref="ArgumentException">The lengths contradict each other, or a label has no class.</exception>
    public ImageSet(
        string name,
        ImageShape shape,
        IPixels pixels,
        IReadOnlyList<int> labels,
        IReadOnlyList<string> classNames,
        IReadOnlyList<string>? imageNames = null)
    {
        if (pixels is PackedPixels packed && (long)packed.Shape.Size * labels.Count != packed.Bytes.Length)
        {
            throw new ArgumentException($"{labels.Count} labels of images of {packed.Shape} do not fit {packed.Bytes.Length} bytes of pixels");
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

    /// <summary>Images of one shape that networks see as they are: bytes [N, C, H, W].</summary>
    /// <inheritdoc cref="ImageSet(string, ImageShape, IPixels, IReadOnlyList{int}, IReadOnlyList{string}, IReadOnlyList{string}?)"/>
    public ImageSet(
        string name,
        ImageShape shape,
        byte[] pixels,
        IReadOnlyList<int> labels,
        IReadOnlyList<string> classNames,
        IReadOnlyList<string>? imageNames = null)
        : this(name, shape, new PackedPixels(shape, pixels), labels, classNames, imageNames)
    {
    }

    public string Name { get; }

    public ImageShape Shape { get; }

    public int Count => Labels.Count;

    public IPixels Pixels { get; }

    /// <summary>N numbers of a class, or <see cref="Unlabeled"/>.</summary>
    public IReadOnlyList<int> Labels { get; }

    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>
    /// What a network sees of an image when it is measured: the middle square with this share of the shorter side, 0.875 for photographs
    /// (google-research/simclr, data_util.py); 1 for images that are taken as they are.
    /// </summary>
    public double CenterCrop { get; init; } = 1;

    /// <summary>The name of an image, distinct within its split: its path in the data set's folder, or its number.</summary>
    public string ImageName(int index) => _imageNames?[index] ?? index.ToString(CultureInfo.InvariantCulture);

    /// <summary>The part of an image that is measured: <see cref="CenterCrop"/>, or all of one that has the network's shape already.</summary>
    public Crop MeasuredPart(int index)
    {
        var (height, width) = Pixels.SizeOf(index);
        return (CenterCrop, height, width) == (1, Shape.Height, Shape.Width) ? Crop.Whole : Crop.Center(height, width, CenterCrop);
    }
}
