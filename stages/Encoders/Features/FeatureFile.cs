using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Distill.ParquetFiles;
using Distill.Pipeline.Storage;
using Parquet;

namespace Distill.Encoders.Features;

/// <summary>One file of features, whole or absent. Its name and its metadata hold the hash of its rows.</summary>
internal static class FeatureFile
{
    private const int HashDigitsInName = 16;
    private const int MaximumRows = 1 << 20;
    private const int NoErrorNumber = unchecked((int)0x80131620);

    /// <summary>Pattern of the names in a folder.</summary>
    public const string Pattern = "part-*.parquet";

    /// <summary>Writes a file under the name of its content.</summary>
    /// <param name="folder">The folder of the encoder.</param>
    /// <param name="key">The key of the encoder.</param>
    /// <param name="images">Hashes of the images.</param>
    /// <param name="features">Features of the images, one after another.</param>
    /// <returns>The path of the file.</returns>
    public static string Write(string folder, string key, IReadOnlyList<ImageHash> images, float[] features)
    {
        var hash = HashOf(images, features);
        var path = Path.Combine(folder, $"part-{hash[..HashDigitsInName]}.parquet");
        Durable.WriteFile(path, stream => WriteAsync(stream, key, hash, images, features).GetAwaiter().GetResult());
        return path;
    }

    /// <summary>Reads the hashes of a file's images, without its features.</summary>
    /// <exception cref="InvalidDataException">The file is damaged or has the features of another encoder.</exception>
    /// <exception cref="IOException">The file is gone, or the disk refuses to read it.</exception>
    public static IReadOnlyList<ImageHash> ReadImages(string path, string key) =>
        Checked(path, () => ReadAsync(path, key, dimensions: 0)).Images;

    /// <summary>Reads the features of a file's images, one after another, and verifies their hash.</summary>
    /// <inheritdoc cref="ReadImages"/>
    public static float[] ReadFeatures(string path, string key, int dimensions)
    {
        var (images, features, hash) = Checked(path, () => ReadAsync(path, key, dimensions));
        return HashOf(images, features) == hash ? features : throw new InvalidDataException($"{path}: its rows have changed");
    }

    private static async Task WriteAsync(Stream stream, string key, string hash, IReadOnlyList<ImageHash> images, float[] features)
    {
        var options = new ParquetOptions { CompressionMethod = CompressionMethod.Zstd, CompressionLevel = CompressionLevel.Optimal };
        await using var writer = await ParquetWriter.CreateAsync(FeatureSchema.Schema, stream, options);
        writer.CustomMetadata = new Dictionary<string, string>
        {
            [FeatureSchema.EncoderEntry] = key,
            [FeatureSchema.RowsEntry] = hash,
        };
        using var group = writer.CreateRowGroup();
        await group.WriteAsync<long>(FeatureSchema.HashHigh, images.Select(image => image.High).ToArray());
        await group.WriteAsync<long>(FeatureSchema.HashLow, images.Select(image => image.Low).ToArray());
        await ParquetLists.WriteAsync(group, FeatureSchema.Feature, features, features.Length / images.Count);
    }

    private static async Task<Content> ReadAsync(string path, string key, int dimensions)
    {
        ParquetFooter.Check(path);
        await using var file = File.OpenRead(path);
        await using var reader = await ParquetReader.CreateAsync(file);
        if (reader.CustomMetadata.GetValueOrDefault(FeatureSchema.EncoderEntry) != key || reader.RowGroupCount != 1)
        {
            throw new InvalidDataException("it has the features of another encoder");
        }

        using var group = reader.OpenRowGroupReader(0);
        var rows = group.RowCount is > 0 and <= MaximumRows
            ? (int)group.RowCount
            : throw new InvalidDataException($"it claims {group.RowCount} rows");
        ParquetPages.Check(path, group, reader.Schema.DataFields);
        var (high, low) = (new long[rows], new long[rows]);
        await group.ReadAsync<long>(FeatureSchema.HashHigh, high.AsMemory());
        await group.ReadAsync<long>(FeatureSchema.HashLow, low.AsMemory());
        var features = dimensions == 0
            ? []
            : await ParquetLists.ReadAsync<float>(group, FeatureSchema.Feature, rows, dimensions)
                ?? throw new InvalidDataException($"its rows do not have {dimensions} features");
        return new Content(
            [.. high.Zip(low, (first, second) => new ImageHash(first, second))],
            features,
            reader.CustomMetadata.GetValueOrDefault(FeatureSchema.RowsEntry, ""));
    }

    private static Content Checked(string path, Func<Task<Content>> read)
    {
        try
        {
            return read().GetAwaiter().GetResult();
        }
        catch (Exception error) when (IsDamage(error))
        {
            // The library reports damage with any kind of exception, but a disk or a lack of memory says nothing about the file.
            throw new InvalidDataException($"{path}: is damaged: {error.Message}", error);
        }
    }

    /// <summary>Whether an exception is about the content. The library's own I/O exceptions have no error number of the system.</summary>
    private static bool IsDamage(Exception error) => error switch
    {
        OutOfMemoryException => false,
        EndOfStreamException or IOException { HResult: NoErrorNumber } => true,
        IOException => false,
        _ => StorageAdvice.For(error) is null,
    };

    private static string HashOf(IReadOnlyList<ImageHash> images, float[] features)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(MemoryMarshal.AsBytes<ImageHash>(images.ToArray()));
        hash.AppendData(MemoryMarshal.AsBytes<float>(features));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private sealed record Content(IReadOnlyList<ImageHash> Images, float[] Features, string RowsHash);
}
