using System.Globalization;
using Distill.Datasets.Encoded;
using Distill.Datasets.Images;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;

namespace Distill.Datasets.Shards;

/// <summary>
/// Encoded images side by side in one file, so each can be read by itself, and a list beside it. The list has one line per image (name,
/// offset, length, label and CRC-32C, separated by tabs) below a line with the origin. A deleted pack is written again.
/// </summary>
/// <param name="path">Path of the pack. Its list has the same name with <c>.tsv</c> added.</param>
/// <param name="origin">What the pack was made from. A pack of another origin is not used.</param>
internal sealed class ImagePack(string path, string origin)
{
    /// <summary>Increment it when the same file gives a different pack.</summary>
    private const int Version = 2;

    private readonly string _list = path + ".tsv";
    private readonly string _head = FormattableString.Invariant($"# pack {Version}, {origin}");

    /// <summary>Lists the images of the pack; null if it is missing or incomplete.</summary>
    public IReadOnlyList<EncodedImage>? Images()
    {
        if (!File.Exists(path) || !File.Exists(_list) || File.ReadLines(_list).FirstOrDefault() != _head)
        {
            return null;
        }

        var (images, end) = (new List<EncodedImage>(), 0L);
        foreach (var line in File.ReadLines(_list).Skip(1))
        {
            if (line.Split('\t') is not [var name, var offset, var length, var label, var crc]
                || !long.TryParse(offset, CultureInfo.InvariantCulture, out var at)
                || !long.TryParse(length, CultureInfo.InvariantCulture, out var bytes)
                || !int.TryParse(label, CultureInfo.InvariantCulture, out var number)
                || !uint.TryParse(crc, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var sum)
                || at != end || bytes < 0 || number < ImageSet.Unlabeled)
            {
                return null;
            }

            images.Add(new EncodedImage(name, path, at, bytes, number) { Crc = sum });
            end += bytes;
        }

        return new FileInfo(path).Length == end ? images : null;
    }

    /// <summary>Writes the pack, then its list. A process that is stopped between the two writes both again.</summary>
    /// <param name="images">Images, each read after the one before has been written.</param>
    /// <param name="bytes">Approximate size of the images, in bytes.</param>
    /// <exception cref="UserException">The disk is full, or cannot be written to.</exception>
    public IReadOnlyList<EncodedImage> Write(IEnumerable<(string Name, ReadOnlyMemory<byte> Bytes, int Label)> images, long bytes)
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
                foreach (var (name, content, label) in images)
                {
                    written.Add(
                        new EncodedImage(name, path, stream.Position, content.Length, label) { Crc = Crc32C.Compute(content.Span) });
                    stream.Write(content.Span);
                }
            });
            Durable.WriteText(_list, string.Concat(written.Select(LineOf).Prepend(_head + "\n")));
            return written;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}, the file for unpacked images, cannot be written: {error.Message}");
        }
    }

    /// <summary>Deletes other packs whose names begin with the prefix. They were made from an earlier content of the same file.</summary>
    public void DeleteOthers(string prefix)
    {
        var files = Directory.EnumerateFiles(Path.GetDirectoryName(path)!, prefix + "*");
        foreach (var other in files.Where(file => file != path && file != _list).ToList())
        {
            Durable.Files.DeleteFile(other);
        }
    }

    private static string LineOf(EncodedImage image) => string.Create(
        CultureInfo.InvariantCulture, $"{image.Name}\t{image.Offset}\t{image.Length}\t{image.Label}\t{image.Crc:x8}\n");
}
