using Distill.Datasets.Images;

namespace Distill.Imaging.SoftTargets;

/// <summary>
/// A folder's soft targets in memory as they are stored: crops and logits side by side, a row a view, of all K classes or of the
/// k likeliest. <see cref="SoftTargetLogits"/> spreads them out over all classes, a batch at a time.
/// </summary>
public sealed class SoftTargetTable
{
    internal SoftTargetTable(int classes, int topK) => (Classes, TopK) = (classes, topK);

    /// <summary>As many as one list can have.</summary>
    internal static int MostLogits => Array.MaxLength;

    /// <summary>K.</summary>
    public int Classes { get; }

    /// <summary>k, how many logits a row has; 0 where it has all K.</summary>
    public int TopK { get; }

    /// <summary>Image number of each row.</summary>
    public List<int> Images { get; } = [];

    /// <summary>Crop of each row.</summary>
    public List<Crop> Crops { get; } = [];

    /// <summary>Logits, <see cref="Width"/> a row.</summary>
    public List<float> Logits { get; } = [];

    /// <summary>The class of each of <see cref="Logits"/>, distinct within a row; empty where a row has all K.</summary>
    public List<int> TopClasses { get; } = [];

    /// <summary>The log-sum-exp of each row's logits that are not stored; empty where a row has all K.</summary>
    public List<float> Rest { get; } = [];

    public int Count => Images.Count;

    /// <summary>Logits a row: k or K.</summary>
    public int Width => TopK > 0 ? TopK : Classes;

    /// <summary>Whether a table has room for so many rows of so many logits.</summary>
    public static bool Holds(long rows, int width) => rows <= MostLogits / width;

    /// <summary>Reads every <c>*.parquet</c> of a folder, in the order of their names.</summary>
    /// <param name="folder">The folder that labeling wrote.</param>
    /// <param name="classes">K, checked against every row.</param>
    /// <param name="images">Number of training images; every row must name one of them.</param>
    /// <param name="enough">Rows after which no further group of them is read.</param>
    /// <exception cref="InvalidDataException">A file is not what labeling writes; the message names it.</exception>
    public static SoftTargetTable Read(string folder, int classes, int images, int enough = int.MaxValue)
    {
        SoftTargetTable? table = null;
        foreach (var path in Directory.EnumerateFiles(folder, "*.parquet").Order(StringComparer.Ordinal))
        {
            table = new SoftTargetReader(path, classes, images).AppendAsync(table, enough).GetAwaiter().GetResult();
            if (table.Count >= enough)
            {
                break;
            }
        }

        return table is { Count: > 0 } ? table : throw new InvalidDataException($"{folder}: found no soft targets");
    }

    /// <summary>The rows of some images, in the same order.</summary>
    /// <param name="isWanted">Asked with an image's number.</param>
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
