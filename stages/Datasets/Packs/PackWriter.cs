using Distill.Datasets.Images;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Options;
using Distill.Pipeline.Progress;
using Distill.Pipeline.Storage;

namespace Distill.Datasets.Packs;

/// <summary>Decodes images on all cores and writes the missing files of their pack. Whole files of an interrupted run stay.</summary>
/// <param name="folder">Folder of the pack.</param>
/// <param name="source">The images.</param>
/// <param name="layout">Places of the images.</param>
/// <param name="log">Takes one line at the start, and one of progress every ten seconds.</param>
/// <param name="time">Clock.</param>
/// <param name="chunkBytes">Decoded images that are held in memory, in bytes; a larger image is held alone.</param>
internal sealed class PackWriter(
    string folder, IPixels source, PackLayout layout, Action<string> log, TimeProvider time, long chunkBytes = PackWriter.DefaultChunkBytes)
{
    private const long DefaultChunkBytes = 256L << 20;

    /// <summary>Images that are decoded before any of them is written; a few per core.</summary>
    private const int ChunkImages = 64;

    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(10);

    /// <summary>A file that another process is still writing is younger.</summary>
    private static readonly TimeSpan OldestWrite = TimeSpan.FromHours(1);

    /// <summary>Writes the files that are missing, or were made from other images, and deletes all others of the folder.</summary>
    /// <exception cref="UserException">The disk is full or cannot be written to, or an image can no longer be read.</exception>
    public void Complete(IReadOnlyList<PackFile> files)
    {
        var missing = files.Where(file => !file.IsCurrent()).ToList();
        try
        {
            if (missing.Count > 0)
            {
                Write(missing, files.Sum(file => file.Range.Count));
            }

            DeleteOthers(files);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{folder}, the folder for decoded images, cannot be written: {error.Message}");
        }
    }

    private void Write(List<PackFile> missing, int total)
    {
        Durable.MakeFolder(folder);
        var needed = RoomFor(missing);
        if (Durable.Files.FreeBytes(folder) is var free && free < needed)
        {
            throw new UserException(
                $"{folder} needs {needed >> 20} MiB for decoded images, but the disk has only {free >> 20} MiB left: " +
                "free some space, lower dataset.shorterSide, or set dataset.pack to false");
        }

        var rest = missing.Sum(file => file.Range.Count);
        var old = missing.Any(file => File.Exists(file.Path)) ? "; what is there was made from other images or options" : "";
        log($"Packing {rest} of {total} decoded images into {folder} ({missing.Sum(file => file.Length) >> 20} MiB){old}");
        var (began, reported, done) = (time.GetTimestamp(), time.GetTimestamp(), 0);
        foreach (var file in missing)
        {
            file.Write(layout.Chunks(file.Range, ChunkImages, chunkBytes).SelectMany(DecodeAll));
        }

        byte[][] DecodeAll(int[] chunk)
        {
            var decoded = Decode(chunk);
            done += chunk.Length;
            if (time.GetElapsedTime(reported) >= ReportEvery)
            {
                reported = time.GetTimestamp();
                var left = time.GetElapsedTime(began) * ((double)(rest - done) / done);
                log($"Packed {done} of {rest} images, {Wording.Duration(left)} left");
            }

            return decoded;
        }
    }

    /// <summary>
    /// Returns the bytes that writing the files takes at the most. A file that is replaced stays until the new one is whole, and its room
    /// is then free for the files that follow.
    /// </summary>
    private static long RoomFor(List<PackFile> missing)
    {
        var (taken, most) = (0L, 0L);
        foreach (var file in missing)
        {
            most = Math.Max(most, taken + file.Length);
            taken += file.Length - (new FileInfo(file.Path) is { Exists: true } old ? old.Length : 0);
        }

        return most;
    }

    private byte[][] Decode(int[] indices)
    {
        var decoded = new byte[indices.Length][];
        try
        {
            FirstError.Of(() => Parallel.For(0, indices.Length, i => decoded[i] = source.Decode(indices[i]).Pixels));
        }
        catch (IOException unreadable)
        {
            throw new UserException(unreadable.Message);
        }

        return decoded;
    }

    private void DeleteOthers(IReadOnlyList<PackFile> files)
    {
        var current = files.Select(file => Path.GetFullPath(file.Path)).ToHashSet(StringComparer.Ordinal);
        foreach (var other in Directory.GetFiles(folder).Where(file => !current.Contains(Path.GetFullPath(file))))
        {
            if (other.EndsWith(PixelPack.Extension, StringComparison.Ordinal)
                || File.GetLastWriteTimeUtc(other) < time.GetUtcNow().UtcDateTime - OldestWrite)
            {
                Durable.Files.DeleteFile(other);
            }
        }
    }
}
