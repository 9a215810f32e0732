using Distill.ParquetFiles;
using Parquet;

namespace Distill.Imaging.SoftTargets;

/// <summary>Reads the metadata of a file of soft targets.</summary>
public static class SoftTargetMetadata
{
    /// <summary>Returns the entries of the footer, which is written last; null if the file is damaged or not Parquet.</summary>
    public static IReadOnlyDictionary<string, string>? Read(string path)
    {
        try
        {
            ParquetFooter.Check(path);
            return ReadAsync(path).GetAwaiter().GetResult();
        }
        catch (Exception)
        {
            // The library reports damage with any kind of exception.
            return null;
        }
    }

    private static async Task<IReadOnlyDictionary<string, string>> ReadAsync(string path)
    {
        await using var file = File.OpenRead(path);
        await using var reader = await ParquetReader.CreateAsync(file);
        return reader.CustomMetadata;
    }
}
