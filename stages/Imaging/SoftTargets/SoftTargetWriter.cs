using System.Globalization;
using System.IO.Compression;
using Distill.Pipeline.Storage;
using Parquet;
using Parquet.Schema;

namespace Distill.Imaging.SoftTargets;

/// <summary>Writes one file of soft targets, whole or not at all, a row group at a time.</summary>
public static class SoftTargetWriter
{
    /// <summary>Writes groups of rows as they come; only one group is ever in memory.</summary>
    /// <param name="path">The file; it appears under this name only when whole and on the disk.</param>
    /// <param name="groups">Rows of one row group after the other, none empty.</param>
    /// <param name="metadata">Key-value metadata of the file: teacher, classes, seed, views. The writer adds topK to it.</param>
    /// <param name="topK">How many logits every row has; 0 where it has those of all classes.</param>
    public static void Write(
        string path,
        IEnumerable<IReadOnlyList<SoftTargetRow>> groups,
        IReadOnlyDictionary<string, string> metadata,
        int topK = 0) =>
        Durable.WriteFile(path, stream => WriteAsync(stream, groups, metadata, topK).GetAwaiter().GetResult());

    private static async Task WriteAsync(
        Stream stream, IEnumerable<IReadOnlyList<SoftTargetRow>> groups, IReadOnlyDictionary<string, string> metadata, int topK)
    {
        // The library's default is zstd's 19th level, a microsecond a logit; the 3rd, zstd's own default, saves as much room in a fiftieth of the time.
        var options = new ParquetOptions { CompressionMethod = CompressionMethod.Zstd, CompressionLevel = CompressionLevel.Optimal };
        var schema = topK > 0 ? SoftTargetSchema.TopK : SoftTargetSchema.Whole;
        var entries = metadata.AsEnumerable();
        if (topK > 0)
        {
            entries = entries.Append(new(SoftTargetSchema.TopKEntry, topK.ToString(CultureInfo.InvariantCulture)));
        }

        await using var writer = await ParquetWriter.CreateAsync(schema, stream, options);
        writer.CustomMetadata = entries.OrderBy(m => m.Key, StringComparer.Ordinal).ToDictionary(m => m.Key, m => m.Value);
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
            await Lists(group, SoftTargetSchema.Logit, rows, row => row.Logits);
            if (topK > 0)
            {
                await Lists(group, SoftTargetSchema.TopClass, rows, row => row.TopClasses!);
                await Column(group, SoftTargetSchema.Rest, rows, row => row.Rest);
            }
        }
    }

    private static Task Column<T>(
        ParquetRowGroupWriter group, DataField field, IReadOnlyList<SoftTargetRow> rows, Func<SoftTargetRow, T> value)
        where T : struct => group.WriteAsync<T>(field, rows.Select(value).ToArray());

    // Every list and every element is present, hence the highest definition level throughout; repetition level 0 begins a
    // row's list, 1 continues it.
    private static Task Lists<T>(
        ParquetRowGroupWriter group, DataField field, IReadOnlyList<SoftTargetRow> rows, Func<SoftTargetRow, T[]> list)
        where T : struct
    {
        var width = list(rows[0]).Length;
        var values = new T[rows.Count * width];
        var (definitions, repetitions) = (new int[values.Length], new int[values.Length]);
        Array.Fill(definitions, field.MaxDefinitionLevel);
        Array.Fill(repetitions, 1);
        for (var row = 0; row < rows.Count; row++)
        {
            list(rows[row]).CopyTo(values, row * width);
            repetitions[row * width] = 0;
        }

        return group.WriteAllPartsAsync<T>(field, values, definitions, repetitions, CancellationToken.None);
    }
}
