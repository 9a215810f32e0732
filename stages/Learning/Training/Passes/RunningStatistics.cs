using Distill.Learning.Arithmetic;
using TorchSharp.Modules;
using static TorchSharp.torch;

// G groups, V values
namespace Distill.Learning.Training.Passes;

/// <summary>
/// The running statistics of a network's batch norms. Means and variances are views of one flat tensor, and counts of batches are
/// views of another, so that copying or averaging them takes one or two kernels.
/// </summary>
internal sealed class RunningStatistics : IDisposable
{
    private readonly nn.Module _network;
    private readonly Tensor _values;
    private readonly Tensor _counts;
    private readonly ITrackingNorm[] _norms;
    private readonly Tensor? _separate_GV;
    private readonly (Tensor Mean, Tensor Variance)[][] _separate;

    /// <param name="network">The network, on its device. Its buffers are replaced by views.</param>
    /// <param name="separate">Number of groups that <see cref="Separate"/> has statistics for.</param>
    public RunningStatistics(nn.Module network, int separate = 0)
    {
        _network = network;
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

        _norms = [.. norms.Cast<ITrackingNorm>()];
        SetCounting(false);
        (_values, _counts) = (Values.clone().DetachFromDisposeScope(), Counts.clone().DetachFromDisposeScope());
        _separate_GV = separate > 0 ? zeros(separate, Values.numel(), device: device).DetachFromDisposeScope() : null;
        _separate = [.. Enumerable.Range(0, separate).Select(group => Views(_separate_GV![group], norms))];
    }

    /// <summary>Means and variances, one batch norm after the other.</summary>
    public Tensor Values { get; }

    /// <summary>Batches seen by each batch norm.</summary>
    public Tensor Counts { get; }

    /// <summary>Whether <see cref="Average"/> leaves sums, because those of other ranks are still to be added.</summary>
    public bool LeavesSums { get; set; }

    /// <summary>Divides values that were summed over groups.</summary>
    public void Average(int groups)
    {
        if (!LeavesSums)
        {
            Values.Over_(groups);
        }
    }

    /// <summary>Adds 1 to all counts, with one kernel, in training mode. Call this once per batch, whatever the number of groups.</summary>
    public void CountBatch()
    {
        if (_network.training)
        {
            Counts.Plus_(1);
        }
    }

    /// <summary>Keeps the current values and counts for <see cref="Recall"/>.</summary>
    public void Remember()
    {
        _values.copy_(Values);
        _counts.copy_(Counts);
        _separate_GV?.copy_(Values);
    }

    /// <summary>Restores what <see cref="Remember"/> kept.</summary>
    public void Recall()
    {
        RecallValues();
        Counts.copy_(_counts);
    }

    /// <summary>Restores the means and variances that <see cref="Remember"/> kept.</summary>
    public void RecallValues() => Values.copy_(_values);

    /// <summary>Lets the next forward pass update the statistics of one group, so that the graphs of earlier groups stay valid.</summary>
    public void Separate(int group)
    {
        for (var i = 0; i < _norms.Length && _separate.Length > 0; i++)
        {
            _norms[i].Tracked = _separate[group][i];
        }
    }

    /// <summary>Sets the values to the mean over the groups, if they were separate.</summary>
    public void Unite()
    {
        if (_separate_GV is null)
        {
            return;
        }

        using var scope = NewDisposeScope();
        foreach (var norm in _norms)
        {
            norm.Tracked = null;
        }

        Values.copy_(_separate_GV[0]);
        for (var group = 1; group < _separate.Length; group++)
        {
            Values.Plus_(_separate_GV[group]);
        }

        Average(_separate.Length);
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
        foreach (var norm in _norms)
        {
            norm.Tracked = null;
        }

        foreach (var (mean, variance) in _separate.SelectMany(views => views))
        {
            mean.Dispose();
            variance.Dispose();
        }

        _separate_GV?.Dispose();
        Values.Dispose();
        Counts.Dispose();
        _values.Dispose();
        _counts.Dispose();
    }

    private void SetCounting(bool value)
    {
        foreach (var norm in _norms)
        {
            norm.CountsBatches = value;
        }
    }

    private static (Tensor Mean, Tensor Variance)[] Views(Tensor values, NormBase[] norms)
    {
        long offset = 0;
        return [.. norms.Select(norm => (View(values, norm.running_mean!, ref offset), View(values, norm.running_var!, ref offset)))];
    }

    private static Tensor View(Tensor flat, Tensor buffer, ref long offset)
    {
        var view = flat.narrow(0, offset, buffer.numel()).view(buffer.shape);
        view.copy_(buffer);
        offset += buffer.numel();
        return view.DetachFromDisposeScope();
    }
}
