// N images, E edges, K classes
using Distill.Pipeline.Execution;

namespace Distill.Imaging.Neighbors;

/// <summary>Edges of a graph of images, in both directions: those of image i have places from First[i] to First[i + 1] − 1.</summary>
/// <param name="First">The first edge of each image, and the number of edges, [N + 1].</param>
/// <param name="To">The image at the other end, [E], increasing for each image.</param>
/// <param name="Weight">Weights wᵢⱼ/√(dᵢdⱼ), [E].</param>
/// <param name="Root">√dᵢ, the root of the sum of an image's weights, [N].</param>
public sealed record NeighborEdges(int[] First, int[] To, float[] Weight, double[] Root)
{
    /// <summary>Where further steps would change a value by less than a thousandth, spreading ends.</summary>
    private const double Rest = 1e-3;

    // As in the authors' code.
    private const int MinimumSteps = 50;
    private const int MaximumSteps = 1000;

    /// <summary>
    /// Spreads values over the edges (Zhou et al. 2003, "Learning with local and global consistency"): F ← w·S·F + (1 − w)·Y, from F = Y,
    /// until what remains of Y is less than a thousandth.
    /// </summary>
    /// <param name="values_NK">Y.</param>
    /// <param name="classes">K.</param>
    /// <param name="weight">w, the weight of the neighbors, at least 0 and below 1.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    /// <returns>F, [N, K]. It depends on no number of threads.</returns>
    public float[] Spread(float[] values_NK, int classes, double weight, CancellationToken cancellation)
    {
        var steps = weight > 0 ? (int)Math.Ceiling(Math.Log(Rest) / Math.Log(weight)) : 0;
        var (spread, next) = ((float[])values_NK.Clone(), new float[values_NK.Length]);
        for (var step = 0; step < steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            Step(spread, next, classes, (sum, place) => (float)(weight * sum + (1 - weight) * values_NK[place]));
            (spread, next) = (next, spread);
        }

        return spread;
    }

    /// <summary>
    /// Poisson learning (Calder et al. 2020, arXiv:2006.11184, algorithm 1 without the balance of classes): u ← D⁻¹·(W·u + B), where B has
    /// a labeled image's class less the mean of all labels. It ends when a random walk from the labeled images has mixed, or after 1,000
    /// steps.
    /// </summary>
    /// <param name="labels">Class of each labeled image, by its number.</param>
    /// <param name="classes">K.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    /// <returns>u, [N, K]: the larger, the more probable. Each column has the mean 0, weighted by the degrees.</returns>
    public float[] Poisson(IReadOnlyDictionary<int, int> labels, int classes, CancellationToken cancellation)
    {
        var images = Root.Length;
        var sources_NK = new float[images * classes];
        var walk_N = new float[images];
        var mean_K = new double[classes];
        foreach (var label in labels.Values)
        {
            mean_K[label] += 1.0 / labels.Count;
        }

        foreach (var (image, label) in labels)
        {
            walk_N[image] = (float)(1.0 / labels.Count / Root[image]);
            for (var k = 0; k < classes; k++)
            {
                sources_NK[image * classes + k] = (float)(((k == label ? 1 : 0) - mean_K[k]) / Root[image]);
            }
        }

        // Both with the factor √d, for which the weights are normalized.
        var (scores, next, nextWalk) = (new float[images * classes], new float[images * classes], new float[images]);
        var total = Root.Sum(root => root * root);
        for (var step = 0; step < MaximumSteps && (step < MinimumSteps || !HasMixed(walk_N, total)); step++)
        {
            cancellation.ThrowIfCancellationRequested();
            Step(scores, next, classes, (sum, place) => (float)sum + sources_NK[place]);
            Step(walk_N, nextWalk, 1, (sum, _) => (float)sum);
            (scores, next, walk_N, nextWalk) = (next, scores, nextWalk, walk_N);
        }

        return [.. scores.Select((score, place) => (float)(score / Root[place / classes]))];
    }

    private bool HasMixed(float[] walk_N, double total)
    {
        for (var image = 0; image < walk_N.Length; image++)
        {
            if (Math.Abs(walk_N[image] * Root[image] - Root[image] * Root[image] / total) > 1.0 / walk_N.Length)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Computes S·F, and something of each sum and its place.</summary>
    private void Step(float[] values_NK, float[] next_NK, int classes, Func<double, int, float> then) =>
        FirstError.Of(() => Parallel.For(0, First.Length - 1, image =>
        {
            var sums_K = next_NK.AsSpan(image * classes, classes);
            sums_K.Clear();
            for (var edge = First[image]; edge < First[image + 1]; edge++)
            {
                var other_K = values_NK.AsSpan(To[edge] * classes, classes);
                for (var k = 0; k < classes; k++)
                {
                    sums_K[k] += Weight[edge] * other_K[k];
                }
            }

            for (var k = 0; k < classes; k++)
            {
                sums_K[k] = then(sums_K[k], image * classes + k);
            }
        }));

    /// <summary>Creates the edges from neighbors. Of two directions, the larger weight counts; weights are divided by √(dᵢdⱼ).</summary>
    /// <param name="images">N.</param>
    /// <param name="neighbors_Nk">The neighbors of each image.</param>
    /// <param name="weights_Nk">Their weights.</param>
    internal static NeighborEdges Of(int images, int[] neighbors_Nk, float[] weights_Nk)
    {
        var count = neighbors_Nk.Length / images;
        var (first, to, weight) = (new int[images + 1], new List<int>(), new List<float>());
        var incoming = Incoming(images, neighbors_Nk);
        for (var image = 0; image < images; image++)
        {
            var edges = new SortedDictionary<int, float>();
            for (var place = image * count; place < (image + 1) * count; place++)
            {
                edges[neighbors_Nk[place]] = weights_Nk[place];
            }

            foreach (var place in incoming[image])
            {
                edges[place / count] = Math.Max(edges.GetValueOrDefault(place / count), weights_Nk[place]);
            }

            to.AddRange(edges.Keys);
            weight.AddRange(edges.Values);
            first[image + 1] = to.Count;
        }

        return Normalized(first, [.. to], [.. weight]);
    }

    /// <summary>Returns the places at which each image is a neighbor.</summary>
    private static List<int>[] Incoming(int images, int[] neighbors_Nk)
    {
        List<int>[] incoming = [.. Enumerable.Range(0, images).Select(_ => new List<int>())];
        for (var place = 0; place < neighbors_Nk.Length; place++)
        {
            incoming[neighbors_Nk[place]].Add(place);
        }

        return incoming;
    }

    private static NeighborEdges Normalized(int[] first, int[] to, float[] weight)
    {
        var root = new double[first.Length - 1];
        for (var image = 0; image < root.Length; image++)
        {
            for (var edge = first[image]; edge < first[image + 1]; edge++)
            {
                root[image] += weight[edge];
            }

            root[image] = Math.Sqrt(root[image]);
        }

        for (var image = 0; image < root.Length; image++)
        {
            for (var edge = first[image]; edge < first[image + 1]; edge++)
            {
                weight[edge] = (float)(weight[edge] / (root[image] * root[to[edge]]));
            }
        }

        return new NeighborEdges(first, to, weight, root);
    }
}
