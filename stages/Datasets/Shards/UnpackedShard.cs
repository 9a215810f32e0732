using System.Globalization;
using Distill.Datasets.Encoded;
using Distill.Datasets.Images;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;

namespace Distill.Datasets.Shards;

/// <summary>
/// The encoded images of a Parquet file side by side in one file, so each can be read by itself, and a list beside it. The list has one
/// line per image (name, offset, length, label and CRC-32C, separated by tabs) below a line with the origin. A label in quotation marks is
/// the name of a class. A text instead of the CRC says why there is no image. What is deleted, and a list that was changed, is written
/// again.
/// </summary>
/// <param name="path">Path of the file. Its list has the same name with <c>.tsv</c> added.</param>
/// <param name="origin">What the file was made from. A file of another origin is not used.</param>
internal sealed class UnpackedShard(string path, string origin)
{
    /// <summary>Increment it when the same shard gives a different file.</summary>
    private const int Version = 2;

    private readonly string _list = path + ".tsv";
    private readonly string _head = FormattableString.Invariant($"# pack {Version}, {origin}");

    /// <summary>Lists the images; null if the file or its list is missing, incomplete or changed.</summary>
    public IReadOnlyList<EncodedImage>? Images()
    {
        if (!File.Exists(path) || CachedLines.Read(_list) is not [var head, .. var lines] || head != _head)
        {
            return null;
        }

        var (images, end) = (new List<EncodedImage>(), 0L);
        foreach (var line in lines)
        {
            if (line.Split('\t') is not [var name, var offset, var length, var label, var crc]
                || !long.TryParse(offset, CultureInfo.InvariantCulture, out var at)
                || !long.TryParse(length, CultureInfo.InvariantCulture, out var bytes)
                || !TryParseLabel(label, out var number, out var className)
                || at != end || bytes < 0 || number < ImageSet.Unlabeled)
            {
                return null;
            }

            var known = uint.TryParse(crc, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var sum);
            if (!known && bytes > 0)
            {
                return null;
            }

            images.Add(new EncodedImage(name, path, at, bytes, number)
            {
                Crc = known ? sum : null,
                ClassName = className,
                Problem = known ? null : crc,
            });
            end += bytes;
        }

        return new FileInfo(path).Length == end ? images : null;
    }

    /// <summary>Writes the file, then its list. A process that is stopped between the two writes both again.</summary>
    /// <param name="images">Images, each read after the one before has been written.</param>
    /// <param name="bytes">Approximate size of the images, in bytes.</param>
    /// <exception cref="UserException">The disk is full, or cannot be written to.</exception>
    public IReadOnlyList<EncodedImage> Write(IEnumerable<UnpackedImage> images, long bytes)
    {
        var written = new List<EncodedImage>();
        try
        {
            var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
            Durable.MakeFolder(folder);
            if (Durable.Files.FreeBytes(folder) is var free && free < bytes)
            {
                throw new UserException(
                    $"{path} needs {bytes >> 20} MiB for unpacked images, but the disk has only {free >> 20} MiB left: free some space");
            }

            Durable.WriteFile(path, stream =>
            {
                foreach (var image in images)
                {
                    written.Add(new EncodedImage(image.Name, path, stream.Position, image.Bytes.Length, image.Label)
                    {
                        Crc = image.Problem is null ? Crc32C.Compute(image.Bytes.Span) : null,
                        ClassName = image.ClassName,
                        Problem = image.Problem,
                    });
                    stream.Write(image.Bytes.Span);
                }
            });
            CachedLines.Write(_list, written.Select(LineOf).Prepend(_head));
            return written;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}, the file for unpacked images, cannot be written: {error.Message}");
        }
    }

    /// <summary>Deletes other files whose names begin with the prefix. They were made from an earlier content of the same shard.</summary>
    public void DeleteOthers(string prefix)
    {
        var files = Directory.EnumerateFiles(Path.GetDirectoryName(path)!, prefix + "*");
        foreach (var other in files.Where(file => file != path && file != _list).ToList())
        {
            Durable.Files.DeleteFile(other);
        }
    }

    private static bool TryParseLabel(string text, out int number, out string? className)
    {
        className = text is ['"', .., '"'] ? text[1..^1] : null;
        number = ImageSet.Unlabeled;
        return className is not null || int.TryParse(text, CultureInfo.InvariantCulture, out number);
    }

    private static string LineOf(EncodedImage image)
    {
        var label = image.ClassName is { } name ? $"\"{name}\"" : image.Label.ToString(CultureInfo.InvariantCulture);
        var crc = image.Problem ?? image.Crc!.Value.ToString("x8", CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"{image.Name}\t{image.Offset}\t{image.Length}\t{label}\t{crc}");
    }
}

/// <summary>An image of a shard.</summary>
/// <param name="Name">Name of the image.</param>
/// <param name="Bytes">Encoded bytes; empty if there are none.</param>
/// <param name="Label">Class number, or <see cref="ImageSet.Unlabeled"/>.</param>
/// <param name="ClassName">Name of the class, if labels are names.</param>
internal readonly record struct UnpackedImage(string Name, ReadOnlyMemory<byte> Bytes, int Label, string? ClassName)
{
    /// <summary>Why there are no bytes; null if there are.</summary>
    public string? Problem { get; init; }
}
