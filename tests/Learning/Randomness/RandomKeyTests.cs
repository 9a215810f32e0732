using System.Globalization;
using System.Text.Json.Nodes;
using Distill.Learning.Randomness;
using Tests.Golden;

namespace Tests.Learning.Randomness;

public sealed class RandomKeyTests
{
    private const int Draws = 20000;

    private static readonly RandomKey Key = RandomKey.FromSeed(7).Fold("test");

    [Fact]
    public void Draws_equal_an_independent_implementation()
    {
        var rows = JsonNode.Parse(File.ReadAllText(GoldenFile.PathOf("randomness.json")))!.AsArray();
        Assert.Equal(15, rows.Count);
        foreach (var row in rows)
        {
            var key = row!["path"]!.AsArray().Aggregate(
                RandomKey.FromSeed(row["seed"]!.GetValue<long>()),
                (key, step) => step!.GetValueKind() == System.Text.Json.JsonValueKind.String
                    ? key.Fold(step.GetValue<string>())
                    : key.Fold(step.GetValue<long>()));
            var draw = row["draw"]!.GetValue<int>();
            Assert.Equal(ulong.Parse(row["bits"]!.GetValue<string>(), CultureInfo.InvariantCulture), key.Bits(draw));
            Assert.Equal(row["uniform"]!.GetValue<double>(), key.Uniform(draw));
            Assert.Equal(row["below1000"]!.GetValue<int>(), key.Below(draw, 1000));
        }
    }

    [Fact]
    public void Draws_do_not_depend_on_their_order()
    {
        var forward = Enumerable.Range(0, 50).Select(i => Key.Bits(i)).ToArray();
        var backward = Enumerable.Range(0, 50).Reverse().Select(i => Key.Bits(i)).Reverse().ToArray();
        Assert.Equal(forward, backward);
        Assert.Equal(50, forward.Distinct().Count());
    }

    [Fact]
    public void Draws_are_uniform()
    {
        var draws = Enumerable.Range(0, Draws).Select(i => Key.Uniform(i)).ToArray();
        Assert.All(draws, draw => Assert.InRange(draw, 0, 1 - 1e-16));
        Assert.Equal(0.5, draws.Average(), 0.01);
        Assert.Equal(1 / 12.0, draws.Average(draw => (draw - 0.5) * (draw - 0.5)), 0.003);
    }

    [Fact]
    public void Draws_stay_in_their_range()
    {
        var draws = Enumerable.Range(0, Draws).Select(i => Key.Uniform(i, -3, 5)).ToArray();
        Assert.All(draws, draw => Assert.InRange(draw, -3, 5));
        Assert.Equal(1, draws.Average(), 0.08);
    }

    [Fact]
    public void Normal_draws_have_mean_0_variance_1_and_normal_tails()
    {
        var draws = Enumerable.Range(0, Draws).Select(i => Key.Normal(i)).ToArray();
        Assert.Equal(0, draws.Average(), 0.03);
        Assert.Equal(1, draws.Average(draw => draw * draw), 0.04);
        Assert.Equal(0.0455, draws.Count(draw => Math.Abs(draw) > 2) / (double)Draws, 0.006);
    }

    [Fact]
    public void Neighboring_coordinates_are_independent()
    {
        var here = Enumerable.Range(0, Draws).Select(i => Key.Fold(i).Uniform(0)).ToArray();
        var others = new[]
        {
            Enumerable.Range(0, Draws).Select(i => Key.Fold(i + 1).Uniform(0)).ToArray(),
            [.. Enumerable.Range(0, Draws).Select(i => Key.Fold(i).Uniform(1))],
            [.. Enumerable.Range(0, Draws).Select(i => Key.Fold(i).Fold(0).Uniform(0))],
            [.. Enumerable.Range(0, Draws).Select(i => RandomKey.FromSeed(8).Fold("test").Fold(i).Uniform(0))],
        };
        Assert.All(others, other => Assert.InRange(Correlation(here, other), -0.03, 0.03));
    }

    [Fact]
    public void The_order_of_coordinates_matters()
    {
        Assert.NotEqual(Key.Fold(1).Fold(2), Key.Fold(2).Fold(1));
        Assert.NotEqual(Key.Fold("ab"), Key.Fold("ba"));
        Assert.NotEqual(Key.Fold("a").Fold("b"), Key.Fold("ab"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    public void Permutation_holds_every_number_once(int count) =>
        Assert.Equal(Enumerable.Range(0, count), Key.Permutation(count).Order());

    [Fact]
    public void All_permutations_of_three_are_equally_likely()
    {
        var counts = Enumerable.Range(0, 6000).CountBy(i => string.Join("", Key.Fold(i).Permutation(3))).ToArray();
        Assert.Equal(6, counts.Length);
        Assert.All(counts, entry => Assert.InRange(entry.Value, 880, 1120));
    }

    [Fact]
    public void Below_reaches_every_number_and_no_other()
    {
        var counts = Enumerable.Range(0, Draws).CountBy(i => Key.Below(i, 7)).OrderBy(entry => entry.Key).ToArray();
        Assert.Equal(Enumerable.Range(0, 7), counts.Select(entry => entry.Key));
        Assert.All(counts, entry => Assert.InRange(entry.Value, Draws / 7 * 0.92, Draws / 7 * 1.08));
    }

    private static double Correlation(double[] x, double[] y)
    {
        var (meanX, meanY) = (x.Average(), y.Average());
        var covariance = x.Zip(y, (a, b) => (a - meanX) * (b - meanY)).Sum();
        return covariance / Math.Sqrt(x.Sum(a => (a - meanX) * (a - meanX)) * y.Sum(b => (b - meanY) * (b - meanY)));
    }
}
