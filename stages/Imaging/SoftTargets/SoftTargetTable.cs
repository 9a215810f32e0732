// N rows, K classes
using Distill.Datasets.Images;
using static TorchSharp.torch;

namespace Distill.Imaging.SoftTargets;

/// <summary>
/// Soft targets in memory, in their stored form. Each row has the logits of one view, for all K classes or the k likeliest.
/// </summary>
public sealed class SoftTargetTable
{
    internal SoftTargetTable(int classes, int topK) => (Classes, TopK) = (classes, topK);

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

    /// <summary>Reads the first rows of a folder's soft targets.</summary>
    /// <param name="folder">Folder that labeling wrote.</param>
    /// <param name="classes">Number of classes, which every row is checked against.</param>
    /// <param name="images">Number of training images, which every row is checked against.</param>
    /// <param name="enough">Number of rows after which no further row group is read.</param>
    /// <exception cref="InvalidDataException">A file was not written by labeling; the message names it.</exception>
    public static SoftTargetTable Read(string folder, int classes, int images, int enough = int.MaxValue)
    {
        SoftTargetTable? table = null;
        foreach (var group in Groups(folder, classes, images))
        {
            table ??= new SoftTargetTable(classes, group.TopK);
            table.Append(group);
            if (table.Count >= enough)
            {
                break;
            }
        }

        return table!;
    }

    /// <summary>
    /// Reads every <c>*.parquet</c> of a folder, in the order of their names, one row group after another. They are too large to be in
    /// memory together.
    /// </summary>
    /// <inheritdoc cref="Read"/>
    public static IEnumerable<SoftTargetTable> Groups(string folder, int classes, int images)
    {
        int? topK = null;
        foreach (var path in Directory.EnumerateFiles(folder, "*.parquet").Order(StringComparer.Ordinal))
        {
            foreach (var group in new SoftTargetReader(path, classes, images).Groups(topK))
            {
                topK = group.TopK;
                yield return group;
            }
        }

        if (topK is null)
        {
            throw new InvalidDataException($"{folder}: found no soft targets");
        }
    }

    /// <summary>Returns the logits of rows for all classes: [N, K], fp32, on the CPU.</summary>
    public Tensor Take(IReadOnlyList<int> rows_N) => StoredLogits.Expand(
        Gather(Logits, Width, rows_N), Gather(TopClasses, TopK, rows_N), TopK > 0 ? Gather(Rest, 1, rows_N) : [], Classes, CPU);

    private static T[] Gather<T>(List<T> values, int width, IReadOnlyList<int> rows) =>
        [.. rows.SelectMany(row => values.GetRange(row * width, width))];

    private void Append(SoftTargetTable other)
    {
        Images.AddRange(other.Images);
        Crops.AddRange(other.Crops);
        Logits.AddRange(other.Logits);
        TopClasses.AddRange(other.TopClasses);
        Rest.AddRange(other.Rest);
    }
}
