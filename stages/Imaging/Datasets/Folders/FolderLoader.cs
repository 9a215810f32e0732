using Stages.Pipeline.Options;

namespace Stages.Imaging.Datasets.Folders;

/// <summary>Decodes listed files into one <see cref="ImageSet"/>, in the order of the list.</summary>
internal static class FolderLoader
{
    /// <exception cref="UserException">Nothing can be decoded, or the images do not fit into one array.</exception>
    public static ImageSet Load(
        string name,
        IReadOnlyList<FolderFile> files,
        IReadOnlyList<string> classNames,
        DatasetOptions options,
        Action<string> log)
    {
        var shape = new ImageShape(options.Channels, options.ImageSize, options.ImageSize);
        if ((long)files.Count * shape.Size > Array.MaxLength)
        {
            throw new UserException(
                $"{files.Count} images of {shape} take {(double)files.Count * shape.Size / (1 << 30):F1} GiB; at most 2 GiB fit. " +
                "Set a smaller dataset.imageSize");
        }

        var pixels = new byte[files.Count * shape.Size];
        var refusals = new string?[files.Count];
        Parallel.For(0, files.Count, index => refusals[index] = Decode(files[index], options, pixels, index * shape.Size));

        var kept = Report(options.Folder, files, refusals, log);
        return new ImageSet(
            name,
            shape,
            Compact(pixels, kept, shape.Size),
            [.. kept.Select(index => files[index].Label)],
            classNames,
            [.. kept.Select(index => files[index].Name)]);
    }

    private static string? Decode(FolderFile file, DatasetOptions options, byte[] pixels, int offset)
    {
        try
        {
            ImageDecoder.Decode(file.Path, options.ImageSize, options.Channels).Pixels.CopyTo(pixels, offset);
            return null;
        }
        catch (RefusedImageException refusal)
        {
            return refusal.Message;
        }
    }

    private static List<int> Report(string folder, IReadOnlyList<FolderFile> files, string?[] refusals, Action<string> log)
    {
        foreach (var (file, refusal) in files.Zip(refusals).Where(pair => pair.Second is not null))
        {
            log($"Left out {file.Path}: {refusal}");
        }

        List<int> kept = [.. Enumerable.Range(0, files.Count).Where(index => refusals[index] is null)];
        log($"Read {kept.Count} images of {folder}, left out {files.Count - kept.Count}");
        return kept.Count > 0
            ? kept
            : throw new UserException($"None of the {files.Count} images of {folder} can be used");
    }

    private static byte[] Compact(byte[] pixels, List<int> kept, int size)
    {
        if (kept.Count * size == pixels.Length)
        {
            return pixels;
        }

        var compact = new byte[kept.Count * size];
        for (var i = 0; i < kept.Count; i++)
        {
            Buffer.BlockCopy(pixels, kept[i] * size, compact, i * size, size);
        }

        return compact;
    }
}
