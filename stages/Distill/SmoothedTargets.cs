// N images, R views, K classes
using Distill.Imaging.Neighbors;
using Distill.Imaging.SoftTargets;
using Distill.Learning.Arithmetic;
using static TorchSharp.torch;

namespace Distill.Distill;

/// <summary>
/// Soft targets that agree among neighbors: the mean probabilities of an image's views, spread over its nearest neighbors. All views of an
/// image have the same ones.
/// </summary>
internal sealed class SmoothedTargets : ISoftTargetLogits, IDisposable
{
    /// <summary>Keeps logits finite.</summary>
    private const double LeastProbability = 1e-7;

    private readonly SoftTargetRowFile _targets;
    private readonly Tensor _logits_NK;
    private readonly long[] _images_R;

    /// <param name="targets">The teacher's soft targets of all images; owned by the caller.</param>
    /// <param name="graph">Neighbors of all images.</param>
    /// <param name="weight">Weight of the neighbors, above 0 and below 1.</param>
    /// <param name="cancellation">Stops the computation.</param>
    public SmoothedTargets(SoftTargetRowFile targets, NeighborGraph graph, double weight, CancellationToken cancellation)
    {
        _targets = targets;
        _images_R = [.. Enumerable.Range(0, targets.Count).Select(row => (long)targets.ViewAt(row).Image)];
        using var scope = NewDisposeScope();
        var mean_NK = Means(graph.Images).ReadAll<float>();
        var spread_NK = tensor(graph.Edges().Spread(mean_NK, Classes, weight, cancellation), [graph.Images, Classes]);
        _logits_NK = spread_NK.div(spread_NK.sum(1, keepdim: true)).AtLeast(LeastProbability).log().to(Device).DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public int Count => _targets.Count;

    /// <inheritdoc/>
    public int Classes => _targets.Classes;

    /// <inheritdoc/>
    public Device Device => _targets.Device;

    /// <inheritdoc/>
    public int RowsAtOnce => _targets.RowsAtOnce;

    /// <inheritdoc/>
    public Tensor Range(int start, int count) => Of(_images_R.AsSpan(start, count).ToArray());

    /// <inheritdoc/>
    public Tensor Take(IReadOnlyList<int> rows_N) => Of([.. rows_N.Select(row => _images_R[row])]);

    public void Dispose() => _logits_NK.Dispose();

    private Tensor Of(long[] images)
    {
        using var places = tensor(images).to(Device);
        return _logits_NK.index_select(0, places);
    }

    /// <summary>Averages the probabilities of each image's views: [N, K], on the CPU.</summary>
    private Tensor Means(int images)
    {
        var (sum_NK, views_N1) = (zeros(images, Classes), zeros(images, 1));
        for (var start = 0; start < Count; start += RowsAtOnce)
        {
            using var scope = NewDisposeScope();
            var rows = Math.Min(RowsAtOnce, Count - start);
            var places_R1 = tensor(_images_R.AsSpan(start, rows).ToArray(), [rows, 1]);
            sum_NK.scatter_add_(0, places_R1.expand(-1, Classes), _targets.Range(start, rows).softmax(1).cpu());
            views_N1.scatter_add_(0, places_R1, ones(rows, 1));
        }

        return sum_NK.div(views_N1);
    }
}
