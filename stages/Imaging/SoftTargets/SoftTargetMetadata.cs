using Distill.ParquetFiles;
using Parquet;

namespace Distill.Imaging.SoftTargets;

/// <summary>What a file of soft targets says of itself beside its rows.</summary>
public static class SoftTargetMetadata
{
    /// <summary>The entries of the footer, which is written last; null for a file that is damaged, or no Parquet.</summary>
    public static IReadOnlyDictionary<string, string>? Read(string path)
    {
        try
        {
            ParquetFooter.Check(path);
            return ReadAsync(path).GetAwaiter().GetResult();
        }
        catch (Exception)
        {
            // The library answers damage with whatever fails first.
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
