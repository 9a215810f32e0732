namespace Distill.Label;

/// <summary>Images <paramref name="Start"/> … <paramref name="End"/>−1.</summary>
/// <param name="Start">The first one's number.</param>
/// <param name="End">One past the last.</param>
internal readonly record struct ImageRange(int Start, int End)
{
    public int Count => End - Start;

    /// <summary>Ranges of <paramref name="size"/> images, the last of what is left.</summary>
    public IEnumerable<ImageRange> Cut(int size)
    {
        for (var start = Start; start < End; start += size)
        {
            yield return new ImageRange(start, Math.Min(start + size, End));
        }
    }
}
