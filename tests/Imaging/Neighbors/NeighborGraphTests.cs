using Distill.Imaging.Neighbors;
using Distill.Learning.Randomness;
using Tests.Pipeline;

namespace Tests.Imaging.Neighbors;

/// <summary>The graph of neighbors against dense matrices in double precision.</summary>
public sealed class NeighborGraphTests
{
    private const int Images = 30;
    private const int Count = 4;
    private const int Classes = 3;
    private static readonly RandomKey Key = RandomKey.FromSeed(11);

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void Spreading_solves_the_equation_of_the_whole_graph(double weight)
    {
        var graph = Random();
        var matrix = Dense(graph);
        var values = Enumerable.Range(0, Images * Classes).Select(i => (float)Key.Fold("values").Uniform(i)).ToArray();

        var spread = graph.Edges().Spread(values, Classes, weight, CancellationToken.None);

        // F = w·S·F + (1 − w)·Y, up to the thousandth that is left.
        for (var i = 0; i < Images; i++)
        {
            for (var k = 0; k < Classes; k++)
            {
                var neighbors = Enumerable.Range(0, Images).Sum(j => matrix[i, j] * spread[j * Classes + k]);
                Assert.Equal(weight * neighbors + (1 - weight) * values[i * Classes + k], spread[i * Classes + k], 2e-3);
            }
        }
    }

    /// <summary>Calder et al. 2020, equations 2.2 and 2.3: L·u = B, and the mean of u, weighted by the degrees, is 0.</summary>
    [Fact]
    public void Poisson_learning_solves_its_equation()
    {
        var graph = Random();
        var edges = graph.Edges();
        var labels = new Dictionary<int, int> { [0] = 0, [7] = 1, [12] = 2, [29] = 1 };

        var scores = edges.Poisson(labels, Classes, CancellationToken.None);

        var matrix = Dense(graph);
        var degrees = edges.Root.Select(root => root * root).ToArray();
        for (var k = 0; k < Classes; k++)
        {
            var mean = labels.Values.Count(label => label == k) / 4.0;
            Assert.Equal(0, Enumerable.Range(0, Images).Sum(i => degrees[i] * scores[i * Classes + k]), 1e-3);
            for (var i = 0; i < Images; i++)
            {
                // The matrix is normalized: its weights are those of the graph by the roots of both degrees.
                var neighbors = Enumerable.Range(0, Images)
                    .Sum(j => matrix[i, j] * edges.Root[i] * edges.Root[j] * scores[j * Classes + k]);
                var source = labels.TryGetValue(i, out var label) ? (label == k ? 1 : 0) - mean : 0;
                Assert.Equal(source, degrees[i] * scores[i * Classes + k] - neighbors, 2e-2);
            }
        }

        Assert.All(labels, pair => Assert.Equal(pair.Value, Array.IndexOf(Of(pair.Key), Of(pair.Key).Max())));

        float[] Of(int image) => scores[(image * Classes)..((image + 1) * Classes)];
    }

    [Fact]
    public void Classes_are_read_as_they_were_written_and_those_of_other_images_are_refused()
    {
        using var folder = new TempFolder();
        var path = folder["classes.safetensors"];
        using (var stream = File.Create(path))
        {
            SpreadLabels.Write(stream, [2, 0, 1]);
        }

        Assert.Equal([2, 0, 1], SpreadLabels.Read(path, 3));
        Assert.Throws<InvalidDataException>(() => SpreadLabels.Read(path, 4));
    }

    [Fact]
    public void Weight_of_zero_changes_nothing()
    {
        float[] values = [.. Enumerable.Range(0, Images).Select(i => (float)i)];

        Assert.Equal(values, Random().Edges().Spread(values, 1, 0, CancellationToken.None));
    }

    [Fact]
    public void Edges_are_symmetric_and_normalized()
    {
        var graph = Random();
        var matrix = Dense(graph);
        var edges = graph.Edges();
        for (var i = 0; i < Images; i++)
        {
            var found = Enumerable.Range(edges.First[i], edges.First[i + 1] - edges.First[i])
                .ToDictionary(edge => edges.To[edge], edge => edges.Weight[edge]);
            for (var j = 0; j < Images; j++)
            {
                Assert.Equal(matrix[i, j], found.GetValueOrDefault(j), 1e-5);
            }
        }
    }

    [Fact]
    public void Equal_images_have_edges_without_NaN()
    {
        var graph = new NeighborGraph(3, [1, 2, 0], [1, 1, 1]);

        Assert.All(graph.Edges().Weight, weight => Assert.InRange(weight, 0.4f, 1f));
    }

    [Fact]
    public void File_holds_the_graph_and_refuses_other_images()
    {
        using var folder = new TempFolder();
        var graph = Random();
        var path = folder["neighbors.safetensors"];
        using (var stream = File.Create(path))
        {
            graph.Write(stream);
        }

        var read = NeighborGraph.Read(path, Images);

        Assert.Equal(Count, read.Count);
        Assert.All(Enumerable.Range(0, Images), image => Assert.Equal(graph.Of(image).ToArray(), read.Of(image).ToArray()));
        Assert.Equal(graph.Edges().Weight, read.Edges().Weight);
        Assert.Equal(
            $"{path}: expected the neighbors of 31 images",
            Assert.Throws<InvalidDataException>(() => NeighborGraph.Read(path, Images + 1)).Message);
    }

    private static NeighborGraph Random()
    {
        var neighbors = Enumerable.Range(0, Images)
            .SelectMany(i => Key.Fold(i).Permutation(Images).Where(j => j != i).Take(Count));
        return new NeighborGraph(Images, [.. neighbors], [.. Enumerable.Range(0, Images).SelectMany(Cosines).Select(c => (float)c)]);
    }

    private static double[] Cosines(int image) =>
        [.. Enumerable.Range(0, Count).Select(n => Key.Fold("cosine").Fold(image).Uniform(n)).OrderDescending()];

    /// <summary>D^(−1/2) max(W, Wᵀ) D^(−1/2).</summary>
    private static double[,] Dense(NeighborGraph graph)
    {
        var directed = new double[Images, Images];
        var cosines = Enumerable.Range(0, Images).Select(Cosines).ToArray();
        for (var i = 0; i < Images; i++)
        {
            for (var n = 0; n < Count; n++)
            {
                directed[i, graph.Of(i)[n]] = Math.Exp(-4 * (2 - 2 * cosines[i][n]) / (2 - 2 * cosines[i][^1]));
            }
        }

        var matrix = new double[Images, Images];
        var degrees = Enumerable.Range(0, Images)
            .Select(i => Enumerable.Range(0, Images).Sum(j => Math.Max(directed[i, j], directed[j, i]))).ToArray();
        for (var i = 0; i < Images; i++)
        {
            for (var j = 0; j < Images; j++)
            {
                matrix[i, j] = Math.Max(directed[i, j], directed[j, i]) / Math.Sqrt(degrees[i] * degrees[j]);
            }
        }

        return matrix;
    }
}
