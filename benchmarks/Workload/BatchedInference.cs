using Distill.Learning.Networks.Inference;
using Distill.Learning.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Benchmarks.Workload;

// N views, C channels, H height, W width, D outputs

/// <summary>Inference alone: a network on prepared views, one batch per core at a time as in the product.</summary>
/// <param name="form">Network in inference form.</param>
/// <param name="compute">Device and precision.</param>
internal sealed class BatchedInference(IInferenceModule form, Compute compute)
{
    /// <summary>Number of batches at a time.</summary>
    public int Workers { get; } = compute.Device.type == DeviceType.CPU ? get_num_threads() : 1;

    /// <summary>Computes the outputs [N, D] in fp32.</summary>
    /// <param name="views_NCHW">Views on the device.</param>
    /// <param name="batch">Number of views per batch.</param>
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
