using Distill.Imaging.Evaluation;
using Tests.Golden;
using Tests.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Tests.Imaging.Evaluation;

[Collection(TorchTests.Name)]
public sealed class NearestNeighborsTests
{
    private const int Classes = 4;
    private const int Length = 3;

    [Theory]
    [InlineData(40, 25, 7, 0.1)]
    [InlineData(40, 25, 7, 1)]
    [InlineData(40, 25, 200, 0.5)]
    [InlineData(30, 2300, 5, 0.1)]
    public void Accuracy_matches_a_slow_vote_of_the_nearest(int bank, int queries, int neighbors, double temperature)
    {
        using var scope = NewDisposeScope();
        var bank_ND = Pattern.Uniform("bank", bank, Length);
        var queries_QD = Pattern.Uniform("queries", queries, Length);
        var bankLabels = Enumerable.Range(0, bank).Select(i => (long)(i * 7 % 5 % Classes)).ToArray();
        var queryLabels = Enumerable.Range(0, queries).Select(i => (long)(i * 5 % 7 % Classes)).ToArray();
        var expected = Slow(Rows(bank_ND), bankLabels, Rows(queries_QD), queryLabels, neighbors, temperature);
        var actual = NearestNeighbors.Top1(
            bank_ND, tensor(bankLabels), queries_QD, tensor(queryLabels), Classes, neighbors, temperature);

        Assert.InRange(expected, 5, 95);
        Assert.Equal(expected, actual, 1e-9);
    }

    [Fact]
    public void Nearest_neighbor_of_an_image_is_itself()
    {
        using var scope = NewDisposeScope();
        var features = Pattern.Uniform("bank", 40, Length);
        var labels = tensor(Enumerable.Range(0, 40).Select(i => (long)(i % Classes)).ToArray());
        Assert.Equal(100, NearestNeighbors.Top1(features, labels, features.mul(3), labels, Classes, neighbors: 1));
    }

    [Theory]
    [InlineData(20, 0.07)]
    [InlineData(200, 0.1)]
    public void Votes_match_PyTorch(int neighbors, double temperature)
    {
        using var scope = NewDisposeScope();
        var labels = tensor(Enumerable.Range(0, 90).Select(i => (long)(i * 7 % 11 % 6)).ToArray());
        var options = neighbors == 20 ? NeighborOptions.SoloLearn : NeighborOptions.Lightly;

        Assert.Equal(new NeighborOptions(neighbors, temperature), options);

        var votes = NearestNeighbors.Votes(Pattern.Uniform("bank", 90, 5), labels, Pattern.Uniform("queries", 40, 5), 6, options);

        Close.To(GoldenFile.Read("evaluation")[$"neighbors/{neighbors}"], votes, 1e-5);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(150)]
    [InlineData(449)]
    public void Parts_of_the_bank_give_the_votes_of_all(int valuesPerPart)
    {
        using var scope = NewDisposeScope();
        var labels = tensor(Enumerable.Range(0, 90).Select(i => (long)(i * 7 % 11 % 6)).ToArray());
        var (bank, queries) = (Pattern.Uniform("bank", 90, 5), Pattern.Uniform("queries", 40, 5));
        var options = NeighborOptions.SoloLearn;
        var whole = NearestNeighbors.Votes(bank, labels, queries, 6, options);
        Close.Relatively(whole, NearestNeighbors.Votes(bank, labels, queries, 6, options, valuesPerPart), 1e-6);
    }

    [Fact]
    public void Small_temperature_does_not_overflow()
    {
        using var scope = NewDisposeScope();
        var features = Pattern.Uniform("bank", 40, Length);
        var labels = tensor(Enumerable.Range(0, 40).Select(i => (long)(i % Classes)).ToArray());
        var votes = NearestNeighbors.Votes(features, labels, features, Classes, new NeighborOptions(5, 0.001));

        Assert.True(votes.isfinite().all().ToBoolean());
        Assert.True(votes.argmax(1).eq(labels).all().ToBoolean());
    }

    private static double Slow(
        double[][] bank, long[] bankLabels, double[][] queries, long[] queryLabels, int neighbors, double temperature)
    {
        var correct = 0;
        for (var q = 0; q < queries.Length; q++)
        {
            var votes = new double[Classes];
            var nearest = bank
                .Select((row, i) => (Cosine: Cosine(row, queries[q]), Label: bankLabels[i]))
                .OrderByDescending(n => n.Cosine)
                .Take(neighbors);
            foreach (var (cosine, label) in nearest)
            {
                votes[label] += Math.Exp(cosine / temperature);
            }

            correct += Array.IndexOf(votes, votes.Max()) == queryLabels[q] ? 1 : 0;
        }

        return 100.0 * correct / queries.Length;
    }

    private static double[][] Rows(Tensor features) =>
        [.. features.data<float>().ToArray().Chunk(Length).Select(row => row.Select(value => (double)value).ToArray())];

    private static double Cosine(double[] a, double[] b) => Dot(a, b) / Math.Sqrt(Dot(a, a) * Dot(b, b));

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();
}
