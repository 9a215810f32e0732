// N views with soft targets, M labeled images
namespace Distill.Imaging.Training;

/// <summary>
/// The rows of a batch of views with soft targets and labeled images. In a single part, the labeled images come last. In several parts,
/// they are spread evenly, so that each has both.
/// </summary>
public sealed class MixedRows
{
    private readonly int[] _soft_N;
    private readonly int[] _labeled_M;

    /// <param name="soft">N, views with soft targets.</param>
    /// <param name="labeled">M, labeled images.</param>
    /// <param name="parts">Number of parts of a batch.</param>
    public MixedRows(int soft, int labeled, int parts)
    {
        long all = soft + labeled;
        _labeled_M =
        [
            .. Enumerable.Range(0, labeled).Select(image => parts == 1 ? soft + image : (int)((2L * image + 1) * all / (2L * labeled))),
        ];
        _soft_N = [.. Enumerable.Range(0, (int)all).Except(_labeled_M)];
    }

    /// <summary>Puts both lists into the order of the rows.</summary>
    public T[] Merge<T>(IEnumerable<T> soft, IEnumerable<T> labeled)
    {
        var rows = new T[_soft_N.Length + _labeled_M.Length];
        foreach (var (row, item) in _soft_N.Zip(soft).Concat(_labeled_M.Zip(labeled)))
        {
            rows[row] = item;
        }

        return rows;
    }

    /// <summary>Finds the views with soft targets in neighboring rows.</summary>
    /// <returns>Their range among the N views, and their places among these rows.</returns>
    public (Range Views, long[] Places) Soft(long first, long count) => Find(_soft_N, first, count);

    /// <summary>Finds the labeled images in neighboring rows.</summary>
    /// <returns>Their range among the M images, and their places among these rows.</returns>
    public (Range Images, long[] Places) Labeled(long first, long count) => Find(_labeled_M, first, count);

    private static (Range Items, long[] Places) Find(int[] rows, long first, long count)
    {
        var start = rows.Count(row => row < first);
        long[] places = [.. rows.Skip(start).TakeWhile(row => row < first + count).Select(row => row - first)];
        return (start..(start + places.Length), places);
    }
}
