using Distill.Learning.Randomness;

namespace Distill.Imaging.Loading;

/// <summary>
/// The images of each step: the permutations of all epochs, concatenated and cut into batches. Every image comes exactly once per epoch,
/// even if the batch does not divide the set or is larger than it. It is a pure function of the step, so loader threads may call it ahead.
/// </summary>
public sealed class BatchPlan(RandomKey key, int count, int batchSize)
{
    private readonly Lock _lock = new();

    // A batch usually spans one epoch or two neighboring ones, and loaders are only a step or two ahead.
    private readonly Dictionary<long, int[]> _orders = [];

    /// <summary>Returns the number of passes over the set after <paramref name="steps"/> steps.</summary>
    public double EpochsAfter(long steps) => (double)steps * batchSize / count;

    /// <summary>Returns the samples of a step, which is counted from 0.</summary>
    public Sample[] At(long step)
    {
        using var held = _lock.EnterScope();
        var samples = new Sample[batchSize];
        var position = step * batchSize;
        foreach (var outdated in _orders.Keys.Where(epoch => epoch < position / count - 1).ToArray())
        {
            _orders.Remove(outdated);
        }

        for (var i = 0; i < batchSize;)
        {
            var epoch = position / count;
            foreach (var index in OrderOf(epoch).AsSpan((int)(position % count)))
            {
                samples[i++] = new Sample(epoch, index);
                position++;
                if (i == batchSize)
                {
                    break;
                }
            }
        }

        return samples;
    }

    private int[] OrderOf(long epoch)
    {
        if (!_orders.TryGetValue(epoch, out var order))
        {
            order = key.Fold("order").Fold(epoch).Permutation(count);
            _orders.Add(epoch, order);
        }

        return order;
    }
}
