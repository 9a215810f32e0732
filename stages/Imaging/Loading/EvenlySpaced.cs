namespace Distill.Imaging.Loading;

/// <summary>A fixed sample at equal distances, so that a list sorted by class is sampled in all its classes.</summary>
public static class EvenlySpaced
{
    /// <summary>Returns at most <paramref name="count"/> of the numbers 0 … <paramref name="total"/> − 1, ascending and distinct.</summary>
    public static int[] Indices(int total, int count)
    {
        var taken = Math.Min(count, total);
        return [.. Enumerable.Range(0, taken).Select(i => (int)((long)i * total / taken))];
    }

    /// <summary>Returns at most <paramref name="count"/> of the items, in their order.</summary>
    public static T[] Take<T>(T[] items, int count) => Array.ConvertAll(Indices(items.Length, count), i => items[i]);
}
