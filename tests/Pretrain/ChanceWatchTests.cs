using Distill.Learning.Randomness;
using Distill.Pretrain;

namespace Tests.Pretrain;

/// <summary>When the losses of a training are evidence that it learns nothing, and when they are noise.</summary>
public sealed class ChanceWatchTests
{
    private const double Chance = 3.434;

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(50)]
    [InlineData(100)]
    public void A_short_run_gives_no_evidence(int steps) => Assert.Equal(0, Said(steps, warmup: 0.05, _ => 1.2 * Chance));

    [Theory]
    [InlineData(250)]
    [InlineData(4_500)]
    [InlineData(100_000)]
    public void Losses_that_stay_at_chance_are_reported_once(int steps)
    {
        Assert.Equal(1, Said(steps, warmup: 0.05, _ => Chance));
        Assert.Equal(1, Said(steps, warmup: 0.05, _ => 1.5 * Chance));
        Assert.Equal(1, Said(steps, warmup: 0.05, step => Chance + 0.02 * Noise(step)));
    }

    [Fact]
    public void Nothing_is_said_during_a_long_warm_up()
    {
        var at = 0L;
        Said(1000, warmup: 0.6, _ => Chance, step => at = step);

        Assert.InRange(at, 701, 1000);
    }

    [Fact]
    public void A_loss_that_falls_is_learning_even_above_chance() =>
        Assert.Equal(0, Said(1000, warmup: 0.05, step => Chance * (2 - 0.9 * step / 1000.0) + 0.02 * Noise(step)));

    [Fact]
    public void A_loss_below_chance_is_learning() =>
        Assert.Equal(0, Said(4500, warmup: 0.05, step => Math.Max(0.5, 1 - step / 2000.0) * Chance * 0.95));

    [Theory]
    [InlineData(0.97)]
    [InlineData(0.98)]
    public void Noise_of_a_small_batch_is_not_evidence(double level)
    {
        // The noise of one loss is far larger than the distance to chance; single losses are above it all the time.
        for (var seed = 0; seed < 20; seed++)
        {
            Assert.Equal(0, Said(1000, warmup: 0.05, step => level * Chance + 0.15 * Chance * Noise(step, seed)));
        }
    }

    [Fact]
    public void A_few_readings_are_not_evidence()
    {
        // A GPU reads 20 losses between two measurements of a long run; after a restored checkpoint it may be fewer.
        var watch = new ChanceWatch(4500, 0.05);

        Assert.False(watch.Observe(2000, [Chance, Chance, Chance], Chance));
        Assert.False(watch.Observe(2450, [Chance, Chance, Chance], Chance));
    }

    /// <summary>Counts the reports of a run that is measured ten times, as <c>TrainingLoop</c> does.</summary>
    private static int Said(int steps, double warmup, Func<int, double> loss, Action<long>? said = null)
    {
        var (watch, losses, count) = (new ChanceWatch(steps, warmup), new List<double>(), 0);
        var every = Math.Max(1, steps / 10);
        var log = Math.Max(1, steps / 200);
        for (var step = 1; step <= steps; step++)
        {
            if (step % log == 0)
            {
                losses.Add(loss(step));
            }

            if (step % every == 0 || step == steps)
            {
                if (watch.Observe(step, losses, Chance))
                {
                    count++;
                    said?.Invoke(step);
                }

                losses.Clear();
            }
        }

        return count;
    }

    /// <summary>A sum of four uniform numbers with mean 0 and standard deviation 1.</summary>
    private static double Noise(int step, int seed = 0)
    {
        var key = RandomKey.FromSeed(seed).Fold(step);
        return Enumerable.Range(0, 4).Sum(i => key.Below(i, 1_000_001) / 1e6 - 0.5) * Math.Sqrt(3);
    }
}
