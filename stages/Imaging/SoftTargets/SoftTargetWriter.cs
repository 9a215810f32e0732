using System.Globalization;
using System.IO.Compression;
using Distill.ParquetFiles;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;
using Parquet;
using Parquet.Schema;

namespace Distill.Imaging.SoftTargets;

/// <summary>Writes files of soft targets, completely or not at all.</summary>
public static class SoftTargetWriter
{
    /// <summary>Writes a file row group by row group; only one is in memory at a time.</summary>
    /// <param name="path">Path of the file, which only appears when it is complete and on the disk.</param>
    /// <param name="groups">Rows of each row group, never empty.</param>
    /// <param name="metadata">Key-value metadata of the file: teacher, classes, seed, views. The writer adds topK.</param>
    /// <param name="topK">Number of logits per row; 0 for those of all classes.</param>
    /// <exception cref="UserException">A logit is NaN or infinite. No file appears.</exception>
    public static void Write(
        string path,
        IEnumerable<IReadOnlyList<SoftTargetRow>> groups,
        IReadOnlyDictionary<string, string> metadata,
        int topK = 0) =>
        Durable.WriteFile(path, stream => WriteAsync(stream, groups, metadata, topK).GetAwaiter().GetResult());

    private static async Task WriteAsync(
        Stream stream, IEnumerable<IReadOnlyList<SoftTargetRow>> groups, IReadOnlyDictionary<string, string> metadata, int topK)
    {
        // The library's default is level 19 of zstd, which takes a microsecond per logit. Level 3, the default of zstd, compresses as
        // well in a fiftieth of the time.
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
            CheckFinite(rows);
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

    private static void CheckFinite(IReadOnlyList<SoftTargetRow> rows)
    {
        if (rows.FirstOrDefault(row => !row.Logits.All(float.IsFinite) || !float.IsFinite(row.Rest)) is { } bad)
        {
            throw new UserException(
                FormattableString.Invariant(
                    $"found NaN or infinite logits of the teacher for view {bad.View} of training image {bad.Image}, ")
                + "expected finite ones. The weights of the teacher are damaged or overflow; "
                + "set precision to fp32, or replace the teacher");
        }
    }

    private static Task Column<T>(
        ParquetRowGroupWriter group, DataField field, IReadOnlyList<SoftTargetRow> rows, Func<SoftTargetRow, T> value)
        where T : struct => group.WriteAsync<T>(field, rows.Select(value).ToArray());

    private static Task Lists<T>(
        ParquetRowGroupWriter group, DataField field, IReadOnlyList<SoftTargetRow> rows, Func<SoftTargetRow, T[]> list)
        where T : struct => ParquetLists.WriteAsync<T>(group, field, [.. rows.SelectMany(list)], list(rows[0]).Length);
}
