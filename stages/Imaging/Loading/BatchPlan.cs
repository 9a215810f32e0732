using Distill.Learning.Randomness;

namespace Distill.Imaging.Loading;

/// <summary>
/// Which images a step takes: the epochs' permutations laid end to end and cut into batches, so every image comes
/// exactly once an epoch even where the batch does not divide the set or exceeds it. A pure function of the step, which loader
/// threads may ask ahead of the training.
/// </summary>
public sealed class BatchPlan(RandomKey key, int count, int batchSize)
{
    private readonly Lock _lock = new();

    // A batch touches one epoch or two neighboring ones, unless the set is smaller than the batch; loaders are a step or two ahead.
    private readonly Dictionary<long, int[]> _orders = [];

    /// <summary>How often the set has been gone through after <paramref name="steps"/> steps.</summary>
    public double EpochsAfter(long steps) => (double)steps * batchSize / count;

    /// <summary>The samples of a step, from 0.</summary>
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
