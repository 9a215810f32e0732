using Distill.Learning.Networks.Folded;
using Distill.Learning.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Benchmarks.Workload;

/// <summary>Pure inference: a network on views that are ready, a batch a core as the product infers.</summary>
/// <param name="form">The network.</param>
/// <param name="compute">Where it runs.</param>
internal sealed class Asking(IInferenceModule form, Compute compute)
{
    /// <summary>Batches at a time.</summary>
    public int Workers { get; } = compute.Device.type == DeviceType.CPU ? get_num_threads() : 1;

    /// <summary>The outputs of views [N, C, H, W]: [N, D], fp32.</summary>
    /// <param name="views_NCHW">On the device.</param>
    /// <param name="batch">Views in a batch.</param>
    public Tensor Outputs(Tensor views_NCHW, int batch)
    {
        using var scope = NewDisposeScope();
        Tensor[] parts =
            [.. Enumerable.Range(0, (int)views_NCHW.shape[0]).Chunk(batch).Select(rows => views_NCHW.narrow(0, rows[0], rows.Length))];
        var outputs = new List<Tensor>();
        foreach (var output in ParallelMap.Run<Tensor>(parts.Length, Workers, part => () => OutputsOf(parts[part])))
        {
            scope.Attach(output);
            outputs.Add(output);
        }

        return cat(outputs).MoveToOuterDisposeScope();
    }

    private Tensor OutputsOf(Tensor views_NCHW)
    {
        using var scope = NewDisposeScope();
        return form.Forward(views_NCHW).DetachFromDisposeScope();
    }
}
