using Distill.Datasets.Images;

namespace Distill.Imaging.SoftTargets;

/// <summary>
/// The soft targets of a folder in memory, in their stored form. Each row has the logits of one view, for all K classes or the k likeliest.
/// <see cref="SoftTargetLogits"/> expands batches of them to all classes.
/// </summary>
public sealed class SoftTargetTable
{
    internal SoftTargetTable(int classes, int topK) => (Classes, TopK) = (classes, topK);

    /// <summary>Largest number of logits in a table: the capacity of a list.</summary>
    internal static int MaximumLogits => Array.MaxLength;

    /// <summary>Number of classes, K.</summary>
    public int Classes { get; }

    /// <summary>k, the number of logits per row; 0 if rows have all K.</summary>
    public int TopK { get; }

    /// <summary>Number of the image of each row.</summary>
    public List<int> Images { get; } = [];

    /// <summary>Crop of each row.</summary>
    public List<Crop> Crops { get; } = [];

    /// <summary>Logits, <see cref="Width"/> per row.</summary>
    public List<float> Logits { get; } = [];

    /// <summary>Class of each of the <see cref="Logits"/>, distinct within a row; empty if rows have all K.</summary>
    public List<int> TopClasses { get; } = [];

    /// <summary>Log-sum-exp of the logits that a row does not store; empty if rows have all K.</summary>
    public List<float> Rest { get; } = [];

    public int Count => Images.Count;

    /// <summary>Number of logits per row, k or K.</summary>
    public int Width => TopK > 0 ? TopK : Classes;

    /// <summary>Returns whether a table can hold this number of rows of this number of logits.</summary>
    public static bool Holds(long rows, int width) => rows <= MaximumLogits / width;

    /// <summary>Reads every <c>*.parquet</c> of a folder, in the order of their names.</summary>
    /// <param name="folder">Folder that labeling wrote.</param>
    /// <param name="classes">Number of classes, which every row is checked against.</param>
    /// <param name="images">Number of training images, which every row is checked against.</param>
    /// <param name="enough">Number of rows after which no further row group is read.</param>
    /// <exception cref="InvalidDataException">A file was not written by labeling; the message names it.</exception>
    public static SoftTargetTable Read(string folder, int classes, int images, int enough = int.MaxValue)
    {
        SoftTargetTable? table = null;
        string[] paths = [.. Directory.EnumerateFiles(folder, "*.parquet").Order(StringComparer.Ordinal)];
        foreach (var path in paths)
        {
            var isFirst = table is null;
            table = new SoftTargetReader(path, classes, images).AppendAsync(table, enough).GetAwaiter().GetResult();
            if (table.Count >= enough)
            {
                break;
            }

            if (isFirst)
            {
                // All files but the last have as many rows.
                table.Reserve((paths.Length - 1L) * table.Count);
            }
        }

        return table is { Count: > 0 } ? table : throw new InvalidDataException($"{folder}: found no soft targets");
    }

    /// <summary>Makes room for further rows, so that the lists need not grow, which would keep the old and the new one in memory.</summary>
    private void Reserve(long rows)
    {
        var all = (int)Math.Min(Count + rows, MaximumLogits / Width);
        Images.EnsureCapacity(all);
        Crops.EnsureCapacity(all);
        Logits.EnsureCapacity(all * Width);
        if (TopK > 0)
        {
            TopClasses.EnsureCapacity(all * TopK);
            Rest.EnsureCapacity(all);
        }
    }

    /// <summary>Returns the rows of some images, in the same order.</summary>
    /// <param name="isWanted">Returns whether to keep the image with a number.</param>
    public SoftTargetTable Where(Func<int, bool> isWanted)
    {
        var part = new SoftTargetTable(Classes, TopK);
        for (var row = 0; row < Count; row++)
        {
            if (!isWanted(Images[row]))
            {
                continue;
            }

            part.Images.Add(Images[row]);
            part.Crops.Add(Crops[row]);
            part.Logits.AddRange(Logits.GetRange(row * Width, Width));
            if (TopK > 0)
            {
                part.TopClasses.AddRange(TopClasses.GetRange(row * TopK, TopK));
                part.Rest.Add(Rest[row]);
            }
        }

        return part;
    }
}
