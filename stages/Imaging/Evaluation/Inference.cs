using Stages.Imaging.Datasets;
using Stages.Imaging.Loading;
using Stages.Learning.Networks.Folded;
using Stages.Learning.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Stages.Imaging.Evaluation;

/// <summary>Runs a network over images as they are, in inference mode, in batches.</summary>
/// <remarks>
/// On the CPU every core takes batches of its own, because several threads in one kernel wait for each other where networks are narrow. A
/// batch's outputs depend on the batch alone: not on the number of cores, nor on what is computed beside it.
/// </remarks>
public static class Inference
{
    private const int LargestBatch = 500;

    /// <summary>Of a batch on a CPU: as many batches as there are cores are in memory at a time.</summary>
    private const int PixelsPerCpuBatch = 1 << 19;

    /// <summary>Of a batch on a GPU, so that what measures and labels fits where training did: some 80 images of 224×224.</summary>
    private const int PixelsPerGpuBatch = 1 << 22;

    /// <summary>The network's outputs (logits, or an encoder's features) of the images of these numbers, in their order.</summary>
    /// <param name="network">Left in the mode, training or inference, that it was in.</param>
    /// <param name="bank">The images.</param>
    /// <param name="indices">Numbers of images.</param>
    /// <param name="compute">Device and arithmetic.</param>
    /// <param name="report">Called after each batch with the images done so far; may throw to stop.</param>
    /// <param name="workers">Batches at a time; of no effect on results. Null for one a core, or one on a GPU.</param>
    /// <returns>[N, D], fp32, on the device.</returns>
    public static Tensor Run(
        nn.Module<Tensor, Tensor> network,
        ImageBank bank,
        IReadOnlyList<int> indices,
        Compute compute,
        Action<int>? report = null,
        int? workers = null)
    {
        using var scope = NewDisposeScope();
        using var form = FoldedNetwork.Of(network, compute);
        var chunks = indices.Chunk(BatchSize(bank.Images.Shape, compute)).ToArray();
        using var loader = new ViewLoader(bank, chunk => bank.Measured(chunks[chunk]), chunks.Length);
        var batches = new List<Tensor>();
        var done = 0;
        foreach (var outputs in ForEach(loader, chunks.Length, form, (_, y) => y.DetachFromDisposeScope(), compute, workers))
        {
            scope.Attach(outputs);
            batches.Add(outputs);
            done += chunks[batches.Count - 1].Length;
            report?.Invoke(done);
        }

        return cat(batches).MoveToOuterDisposeScope();
    }

    /// <summary>What becomes of every batch's outputs, in order; several batches are worked on at a time.</summary>
    /// <typeparam name="T">What becomes of them.</typeparam>
    /// <param name="loader">The batches; asked in order.</param>
    /// <param name="count">How many.</param>
    /// <param name="form">The network.</param>
    /// <param name="use">
    /// Called with a batch's number and outputs, [N, D], fp32, on the thread that computed them and in a scope that ends with the call.
    /// </param>
    /// <param name="compute">Device and arithmetic.</param>
    /// <param name="workers">Batches at a time; null for one a core, or one on a GPU.</param>
    public static IEnumerable<T> ForEach<T>(
        ViewLoader loader, int count, IFolded form, Func<int, Tensor, T> use, Compute compute, int? workers = null) =>
        SideBySide.Run<T>(count, workers ?? (OnCpu(compute) ? get_num_threads() : 1), batch =>
        {
            var images_NCHW = loader.At(batch);
            return () =>
            {
                using var scope = NewDisposeScope();
                using var owned = images_NCHW;
                return use(batch, form.Forward(owned));
            };
        });

    /// <summary>Images in a batch.</summary>
    /// <param name="shape">Of the images.</param>
    /// <param name="compute">Where they are computed.</param>
    public static int BatchSize(ImageShape shape, Compute compute) =>
        Math.Clamp((OnCpu(compute) ? PixelsPerCpuBatch : PixelsPerGpuBatch) / (shape.Height * shape.Width), 1, LargestBatch);

    /// <summary>One batch in inference mode and without a graph. For many batches, <see cref="Run"/> makes the network ready only once.</summary>
    /// <param name="network">Left in the mode that it was in.</param>
    /// <param name="images_NCHW">Floats of [0, 1], on the device.</param>
    /// <param name="compute">Device and arithmetic.</param>
    /// <returns>[N, D], fp32.</returns>
    public static Tensor Forward(nn.Module<Tensor, Tensor> network, Tensor images_NCHW, Compute compute)
    {
        using var form = FoldedNetwork.Of(network, compute);
        return form.Forward(images_NCHW);
    }

    private static bool OnCpu(Compute compute) => compute.Device.type == DeviceType.CPU;
}
