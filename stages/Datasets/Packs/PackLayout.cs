using Distill.Datasets.Images;

namespace Distill.Datasets.Packs;

/// <summary>The places of images in the files of a pack: a function of their sizes.</summary>
/// <param name="Images">Place of each image, in order.</param>
/// <param name="Files">Files, each with consecutive images.</param>
internal sealed record PackLayout(IReadOnlyList<PackedPlace> Images, IReadOnlyList<PackRange> Files)
{
    /// <summary>A file ends with the image that makes its pixels this many bytes. One file is the most that a crash loses.</summary>
    public const long DefaultFileBytes = 256L << 20;

    public static PackLayout Create(int count, Func<int, ImageShape> shapeOf, long fileBytes = DefaultFileBytes)
    {
        var (images, files) = (new List<PackedPlace>(count), new List<PackRange>());
        var (first, bytes) = (0, 0L);
        for (var index = 0; index < count; index++)
        {
            var shape = shapeOf(index);
            images.Add(new PackedPlace(files.Count, bytes, shape));
            bytes += shape.Size;
            if (bytes >= fileBytes || index == count - 1)
            {
                files.Add(new PackRange(first, index + 1 - first, bytes));
                (first, bytes) = (index + 1, 0);
            }
        }

        return new PackLayout(images, files);
    }

    /// <summary>Splits the images of a file into chunks of at most so many images and bytes, but of one image at least.</summary>
    public IEnumerable<int[]> Chunks(PackRange range, int mostImages, long mostBytes)
    {
        var end = range.First + range.Count;
        for (var first = range.First; first < end;)
        {
            var (next, bytes) = (first + 1, (long)Images[first].Shape.Size);
            while (next < end && next - first < mostImages && bytes + Images[next].Shape.Size <= mostBytes)
            {
                bytes += Images[next++].Shape.Size;
            }

            yield return [.. Enumerable.Range(first, next - first)];
            first = next;
        }
    }
}

/// <summary>The place of one image.</summary>
/// <param name="File">Number of the file.</param>
/// <param name="Offset">Distance from the first pixel of the file, in bytes.</param>
/// <param name="Shape">Shape of the image, whose pixels are uint8 [C, H, W].</param>
internal readonly record struct PackedPlace(int File, long Offset, ImageShape Shape);

/// <summary>The images of one file.</summary>
/// <param name="First">Number of the first image.</param>
/// <param name="Count">Number of images.</param>
/// <param name="Bytes">Size of their pixels.</param>
internal readonly record struct PackRange(int First, int Count, long Bytes);
