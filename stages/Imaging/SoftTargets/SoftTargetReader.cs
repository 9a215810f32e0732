using System.Globalization;
using Distill.Datasets.Images;
using Distill.ParquetFiles;
using Distill.Pipeline.Storage;
using Parquet;
using Parquet.Schema;

namespace Distill.Imaging.SoftTargets;

/// <summary>Reads one file of soft targets and checks all that it states.</summary>
/// <param name="path">Path of the file, with which every message begins.</param>
/// <param name="classes">Number of classes.</param>
/// <param name="images">Number of training images.</param>
internal sealed class SoftTargetReader(string path, int classes, int images)
{
    /// <summary>
    /// Largest number of logits in a row group: sixteen times as many as labeling writes. A file that claims more is damaged or
    /// malicious.
    /// </summary>
    private const long MaximumGroupLogits = 1 << 24;

    /// <summary>Reads one row group after another.</summary>
    /// <param name="topK">k of the files before it; null for the first file.</param>
    /// <exception cref="InvalidDataException">Labeling did not write the file, or its form differs from the previous files.</exception>
    public IEnumerable<SoftTargetTable> Groups(int? topK)
    {
        using var file = Checked(() =>
        {
            ParquetFooter.Check(path);
            return Task.FromResult(File.OpenRead(path));
        });
        var reader = Checked(() => ParquetReader.CreateAsync(file));
        try
        {
            var k = Checked(() => Task.FromResult(TopKOf(reader.CustomMetadata)));
            if (topK is { } before && before != k)
            {
                throw Wrong($"contains {Form(k)}, but the files before it contain {Form(before)}; label again into an empty folder");
            }

            for (var i = 0; i < reader.RowGroupCount; i++)
            {
                var number = i;
                yield return Checked(() => ReadAsync(reader, number, k));
            }
        }
        finally
        {
            reader.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private async Task<SoftTargetTable> ReadAsync(ParquetReader reader, int number, int topK)
    {
        var fields = reader.Schema.DataFields.ToDictionary(f => f.Path.ToString());
        DataField Field(DataField expected) => fields.GetValueOrDefault(expected.Path.ToString())
            ?? throw Wrong($"does not have the column {expected.Path}");

        var table = new SoftTargetTable(classes, topK);
        using var group = reader.OpenRowGroupReader(number);
        if (group.RowCount is < 0 or > MaximumGroupLogits || group.RowCount * table.Width > MaximumGroupLogits)
        {
            throw Wrong($"row group {number} claims {group.RowCount} rows");
        }

        var rows = (int)group.RowCount;
        ParquetPages.Check(path, group, fields.Values);
        var image = await Column<int>(group, Field(SoftTargetSchema.Image), rows);
        var top = await Column<float>(group, Field(SoftTargetSchema.Top), rows);
        var left = await Column<float>(group, Field(SoftTargetSchema.Left), rows);
        var height = await Column<float>(group, Field(SoftTargetSchema.Height), rows);
        var width = await Column<float>(group, Field(SoftTargetSchema.Width), rows);
        var flipped = await Column<bool>(group, Field(SoftTargetSchema.Flipped), rows);
        var logits = await ParquetLists.ReadAsync<float>(group, Field(SoftTargetSchema.Logit), rows, table.Width);
        if (logits is null || image.Any(n => n < 0 || n >= images))
        {
            throw Wrong($"row group {number} does not contain {table.Width} logits of one of {images} images per row");
        }

        if (topK > 0)
        {
            var numbers = await ParquetLists.ReadAsync<int>(group, Field(SoftTargetSchema.TopClass), rows, topK);
            if (numbers is null || !AreDistinct(numbers, topK))
            {
                throw Wrong($"row group {number} does not contain {topK} different ones of {classes} classes per row");
            }

            table.TopClasses.AddRange(numbers);
            table.Rest.AddRange(await Column<float>(group, Field(SoftTargetSchema.Rest), rows));
        }

        table.Images.AddRange(image);
        table.Crops.AddRange(Enumerable.Range(0, rows).Select(row => new Crop(top[row], left[row], height[row], width[row], flipped[row])));
        table.Logits.AddRange(logits);
        return table;
    }

    /// <summary>Returns whether each row of k numbers has k different classes.</summary>
    private bool AreDistinct(int[] numbers, int topK)
    {
        // The last row that had a class, so that nothing is cleared between rows.
        var rowOf = new int[classes];
        for (var i = 0; i < numbers.Length; i++)
        {
            var (number, row) = (numbers[i], i / topK + 1);
            if (number < 0 || number >= classes || rowOf[number] == row)
            {
                return false;
            }

            rowOf[number] = row;
        }

        return true;
    }

    private int TopKOf(Dictionary<string, string> metadata) =>
        !metadata.TryGetValue(SoftTargetSchema.TopKEntry, out var text) ? 0
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var topK) && topK > 0 && topK < classes ? topK
        : throw Wrong($"its metadata states {SoftTargetSchema.TopKEntry} = \"{text}\", expected an integer from 1 to {classes - 1}");

    private static string Form(int topK) => topK > 0 ? $"the {topK} largest logits per row" : "all logits";

    private static async Task<T[]> Column<T>(ParquetRowGroupReader group, DataField field, int rows)
        where T : struct
    {
        var values = new T[rows];
        await group.ReadAsync<T>(field, values.AsMemory());
        return values;
    }

    private T Checked<T>(Func<Task<T>> read)
    {
        try
        {
            return read().GetAwaiter().GetResult();
        }
        catch (Exception error) when (
            error is not FileNotFoundException
            && StorageAdvice.For(error) is null
            && !error.Message.StartsWith(path, StringComparison.Ordinal))
        {
            // The library reports damage with any kind of exception: index, cast, overflow, or memory for a size that is wrong.
            throw Wrong($"is damaged or does not contain soft targets: {error.Message}");
        }
    }

    private InvalidDataException Wrong(string message) => new($"{path}: {message}");
}
