using System.Globalization;
using static TorchSharp.torch;

namespace Stages.Imaging.Datasets;

/// <summary>A split of a data set, decoded, in memory.</summary>
public sealed class ImageSet
{
    /// <summary>The label of an image whose class is unknown.</summary>
    public const int Unlabelled = -1;

    private readonly byte[] _pixels;
    private readonly IReadOnlyList<string>? _imageNames;

    /// <param name="name">The data set's name, for people and for headers of split files.</param>
    /// <param name="shape">The shape of every image.</param>
    /// <param name="pixels">[N, C, H, W], row-major, uint8. Kept, not copied.</param>
    /// <param name="labels">N numbers of a class, or <see cref="Unlabelled"/>.</param>
    /// <param name="classNames">The name of each class.</param>
    /// <param name="imageNames">N distinct names; null where an image's number is its name.</param>
    /// <exception cref="ArgumentException">The lengths contradict each other, or a label has no class.</exception>
    public ImageSet(
        string name,
        ImageShape shape,
        byte[] pixels,
        IReadOnlyList<int> labels,
        IReadOnlyList<string> classNames,
        IReadOnlyList<string>? imageNames = null)
    {
        if ((long)shape.Size * labels.Count != pixels.Length)
        {
            throw new ArgumentException($"{labels.Count} labels of images of {shape} do not fit {pixels.Length} bytes of pixels");
        }

        if (imageNames is not null && imageNames.Count != labels.Count)
        {
            throw new ArgumentException($"{labels.Count} labels but {imageNames.Count} image names");
        }

        if (labels.Any(label => label < Unlabelled || label >= classNames.Count))
        {
            throw new ArgumentException($"a label is outside the {classNames.Count} classes");
        }

        (Name, Shape, Labels, ClassNames) = (name, shape, labels, classNames);
        (_pixels, _imageNames) = (pixels, imageNames);
    }

    public string Name { get; }

    public ImageShape Shape { get; }

    public int Count => Labels.Count;

    /// <summary>[N, C, H, W], row-major, uint8.</summary>
    public ReadOnlyMemory<byte> Pixels => _pixels;

    /// <summary>N numbers of a class, or <see cref="Unlabelled"/>.</summary>
    public IReadOnlyList<int> Labels { get; }

    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>The name of an image, distinct within its split: its path in the data set's folder, or its number.</summary>
    public string ImageName(int index) => _imageNames?[index] ?? index.ToString(CultureInfo.InvariantCulture);

    /// <summary>The pixels as a new tensor, uint8 [N, C, H, W], on the CPU. The caller disposes of it.</summary>
    public Tensor ToTensor() =>
        tensor(_pixels, [Count, Shape.Channels, Shape.Height, Shape.Width], dtype: ScalarType.Byte);
}
