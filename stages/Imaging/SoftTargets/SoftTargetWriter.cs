using Parquet;
using Parquet.Schema;
using Stages.Pipeline.Storage;

namespace Stages.Imaging.SoftTargets;

/// <summary>Writes one file of soft targets, whole or not at all, a row group at a time.</summary>
public static class SoftTargetWriter
{
    /// <summary>Writes groups of rows as they come; only one group is ever in memory.</summary>
    /// <param name="path">The file; it appears under this name only when whole and on the disk.</param>
    /// <param name="groups">Rows of one row group after the other, none empty.</param>
    /// <param name="metadata">Key-value metadata of the file: teacher, classes, seed, views.</param>
    public static void Write(
        string path, IEnumerable<IReadOnlyList<SoftTargetRow>> groups, IReadOnlyDictionary<string, string> metadata) =>
        Durable.WriteFile(path, stream => WriteAsync(stream, groups, metadata).GetAwaiter().GetResult());

    private static async Task WriteAsync(
        Stream stream, IEnumerable<IReadOnlyList<SoftTargetRow>> groups, IReadOnlyDictionary<string, string> metadata)
    {
        var options = new ParquetOptions { CompressionMethod = CompressionMethod.Zstd };
        await using var writer = await ParquetWriter.CreateAsync(SoftTargetSchema.Schema, stream, options);
        writer.CustomMetadata = metadata.OrderBy(m => m.Key, StringComparer.Ordinal).ToDictionary(m => m.Key, m => m.Value);
        foreach (var rows in groups)
        {
            using var group = writer.CreateRowGroup();
            await Column(group, SoftTargetSchema.Image, rows, row => row.Image);
            await Column(group, SoftTargetSchema.View, rows, row => row.View);
            await Column(group, SoftTargetSchema.Top, rows, row => row.Crop.Top);
            await Column(group, SoftTargetSchema.Left, rows, row => row.Crop.Left);
            await Column(group, SoftTargetSchema.Height, rows, row => row.Crop.Height);
            await Column(group, SoftTargetSchema.Width, rows, row => row.Crop.Width);
            await Column(group, SoftTargetSchema.Flipped, rows, row => row.Crop.Flipped);
            // Every list and every element is present, hence the highest definition level throughout; repetition level 0
            // begins a row's list, 1 continues it.
            var logits = rows.SelectMany(row => row.Logits).ToArray();
            var definitions = new int[logits.Length];
            Array.Fill(definitions, SoftTargetSchema.Logit.MaxDefinitionLevel);
            var repetitions = rows.SelectMany(row => row.Logits.Select((_, i) => i == 0 ? 0 : 1)).ToArray();
            await group.WriteAllPartsAsync<float>(SoftTargetSchema.Logit, logits, definitions, repetitions, CancellationToken.None);
        }
    }

    private static Task Column<T>(
        ParquetRowGroupWriter group, DataField field, IReadOnlyList<SoftTargetRow> rows, Func<SoftTargetRow, T> value)
        where T : struct => group.WriteAsync<T>(field, rows.Select(value).ToArray());
}
