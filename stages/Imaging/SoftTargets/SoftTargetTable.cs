using Parquet;
using Parquet.Schema;
using Stages.Imaging.Augmentation;

namespace Stages.Imaging.SoftTargets;

/// <summary>A folder's soft targets in memory: crops and logits side by side, a row a view.</summary>
public sealed class SoftTargetTable
{
    private SoftTargetTable(int classes) => Classes = classes;

    /// <summary>K.</summary>
    public int Classes { get; }

    /// <summary>Image number of each row.</summary>
    public List<int> Images { get; } = [];

    /// <summary>Crop of each row.</summary>
    public List<Crop> Crops { get; } = [];

    /// <summary>Logits, K a row.</summary>
    public List<float> Logits { get; } = [];

    public int Count => Images.Count;

    /// <summary>Reads every <c>*.parquet</c> of a folder, in the order of their names.</summary>
    /// <param name="folder">The folder that labelling wrote.</param>
    /// <param name="classes">K, checked against every row.</param>
    /// <param name="images">Number of training images; every row must name one of them.</param>
    /// <exception cref="InvalidDataException">A file is not what labelling writes; the message names it.</exception>
    public static SoftTargetTable Read(string folder, int classes, int images)
    {
        var table = new SoftTargetTable(classes);
        foreach (var path in Directory.EnumerateFiles(folder, "*.parquet").Order(StringComparer.Ordinal))
        {
            table.AppendAsync(path, images).GetAwaiter().GetResult();
        }

        return table.Count > 0 ? table : throw new InvalidDataException($"{folder}: holds no soft targets");
    }

    private async Task AppendAsync(string path, int images)
    {
        await using var file = File.OpenRead(path);
        await using var reader = await ParquetReader.CreateAsync(file);
        var fields = reader.Schema.DataFields.ToDictionary(f => f.Name);
        DataField Field(DataField expected) => fields.GetValueOrDefault(expected.Name)
            ?? throw new InvalidDataException($"{path}: has no column {expected.Name}");

        for (var i = 0; i < reader.RowGroupCount; i++)
        {
            using var group = reader.OpenRowGroupReader(i);
            var rows = checked((int)group.RowCount);
            var image = await Column<int>(group, Field(SoftTargetSchema.Image), rows);
            var top = await Column<float>(group, Field(SoftTargetSchema.Top), rows);
            var left = await Column<float>(group, Field(SoftTargetSchema.Left), rows);
            var height = await Column<float>(group, Field(SoftTargetSchema.Height), rows);
            var width = await Column<float>(group, Field(SoftTargetSchema.Width), rows);
            var flipped = await Column<bool>(group, Field(SoftTargetSchema.Flipped), rows);
            var logits = new float[checked(rows * Classes)];
            var repetitions = new int[logits.Length];
            var values = group.GetMetadata(Field(SoftTargetSchema.Logit))?.MetaData?.NumValues;
            if (values == logits.Length)
            {
                await group.ReadRawAsync<float>(
                    Field(SoftTargetSchema.Logit), logits.AsMemory(), new int[logits.Length].AsMemory(), repetitions.AsMemory());
            }

            if (values != logits.Length || image.Any(n => n < 0 || n >= images) || repetitions.Where((r, j) => r != (j % Classes == 0 ? 0 : 1)).Any())
            {
                throw new InvalidDataException($"{path}: row group {i} does not hold {Classes} logits of one of {images} images a row");
            }

            for (var row = 0; row < rows; row++)
            {
                Images.Add(image[row]);
                Crops.Add(new Crop(top[row], left[row], height[row], width[row], flipped[row]));
            }

            Logits.AddRange(logits);
        }
    }

    private static async Task<T[]> Column<T>(ParquetRowGroupReader group, DataField field, int rows)
        where T : struct
    {
        var values = new T[rows];
        await group.ReadAsync<T>(field, values.AsMemory());
        return values;
    }
}
