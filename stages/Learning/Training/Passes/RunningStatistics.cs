using Distill.Learning.Arithmetic;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Distill.Learning.Training.Passes;

/// <summary>
/// The running statistics of a network's batch norms. Means and variances are views of one flat tensor, and counts of batches are
/// views of another, so that copying or averaging them takes one or two kernels.
/// </summary>
internal sealed class RunningStatistics : IDisposable
{
    private readonly Tensor _values;
    private readonly Tensor _counts;
    private readonly IBatchCounter[] _counters;

    /// <param name="network">The network, on its device. Its buffers are replaced by views.</param>
    public RunningStatistics(nn.Module network)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var norms = network.modules().OfType<NormBase>().Where(norm => norm.running_mean is not null).ToArray();
        var device = network.parameters().First().device;
        Values = zeros(2 * norms.Sum(norm => norm.running_mean!.numel()), device: device).DetachFromDisposeScope();
        Counts = zeros(norms.Length, ScalarType.Int64, device).DetachFromDisposeScope();
        long offset = 0;
        for (var i = 0; i < norms.Length; i++)
        {
            norms[i].running_mean = View(Values, norms[i].running_mean!, ref offset);
            norms[i].running_var = View(Values, norms[i].running_var!, ref offset);
            long place = i;
            norms[i].num_batches_tracked = View(Counts, norms[i].num_batches_tracked!, ref place);
        }

        // Batch norms of other kinds always count by themselves. If there is one, all of them do.
        _counters = norms.All(norm => norm is IBatchCounter) ? [.. norms.Cast<IBatchCounter>()] : [];
        SetCounting(false);
        (_values, _counts) = (Values.clone().DetachFromDisposeScope(), Counts.clone().DetachFromDisposeScope());
    }

    /// <summary>Means and variances, one batch norm after the other.</summary>
    public Tensor Values { get; }

    /// <summary>Batches seen by each batch norm.</summary>
    public Tensor Counts { get; }

    /// <summary>Adds 1 to all counts, with one kernel. Call this at each forward pass in training mode.</summary>
    public void CountBatch()
    {
        if (_counters.Length > 0)
        {
            Counts.Plus_(1);
        }
    }

    /// <summary>Keeps the current values for <see cref="Recall"/>.</summary>
    public void Remember()
    {
        _values.copy_(Values);
        _counts.copy_(Counts);
    }

    /// <summary>Restores the values that <see cref="Remember"/> kept.</summary>
    public void Recall()
    {
        Values.copy_(_values);
        Counts.copy_(_counts);
    }

    /// <summary>Copies the statistics of a network of the same architecture.</summary>
    public void Copy(RunningStatistics other)
    {
        Values.copy_(other.Values);
        Counts.copy_(other.Counts);
    }

    /// <summary>Lets the batch norms count by themselves again.</summary>
    public void Dispose()
    {
        SetCounting(true);
        Values.Dispose();
        Counts.Dispose();
        _values.Dispose();
        _counts.Dispose();
    }

    private void SetCounting(bool value)
    {
        foreach (var counter in _counters)
        {
            counter.CountsBatches = value;
        }
    }

    private static Tensor View(Tensor flat, Tensor buffer, ref long offset)
    {
        var view = flat.narrow(0, offset, buffer.numel()).view(buffer.shape);
        view.copy_(buffer);
        offset += buffer.numel();
        return view.DetachFromDisposeScope();
    }
}
