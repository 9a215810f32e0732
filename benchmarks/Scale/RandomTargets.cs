using Distill.Datasets.Images;
using Distill.Imaging.SoftTargets;

namespace Benchmarks.Scale;

/// <summary>Random soft targets, one view per image, in row groups as large as those of labeling.</summary>
internal sealed class RandomTargets
{
    private const int RowsPerGroup = 4000;
    private const int Spread = 10;

    private readonly int _count;
    private readonly int _classes;

    // Logits of one group, used for all groups: compression works within a group only.
    private readonly float[] _logits;

    /// <param name="count">Number of images.</param>
    /// <param name="classes">Number of logits per row.</param>
    public RandomTargets(int count, int classes)
    {
        (_count, _classes) = (count, classes);
        var random = new Random(0);
        _logits = new float[Math.Min(count, RowsPerGroup) * classes];
        for (var i = 0; i < _logits.Length; i++)
        {
            _logits[i] = Spread * (random.NextSingle() - 0.5f);
        }
    }

    /// <summary>Generates the groups lazily.</summary>
    public IEnumerable<IReadOnlyList<SoftTargetRow>> Groups()
    {
        for (var start = 0; start < _count; start += RowsPerGroup)
        {
            var first = start;
            yield return [.. Enumerable.Range(0, Math.Min(RowsPerGroup, _count - start)).Select(row => Row(first, row))];
        }
    }

    private SoftTargetRow Row(int first, int row)
    {
        var logits = _logits.AsSpan(row * _classes, _classes).ToArray();
        return new SoftTargetRow(first + row, View: 0, new Crop(logits[0], logits[^1], 0.5f, 0.5f, row % 2 == 0), logits);
    }
}
